"""Changes of the schema, one file each, applied in order and never taken back: a mistake is mended by the next one."""
