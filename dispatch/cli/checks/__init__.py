"""What `doctor` looks at, one subject a file. Every check answers with findings and never raises for what it finds."""
