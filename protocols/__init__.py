"""What risk means: published instruments as data, and one small pure interpreter for all of them.

    yamltree.py    YAML with line marks, where `yes` and `no` stay words
    binding.py     a YAML tree into the frozen dataclasses of model.py, every fault with its line
    conditions.py  the conditions that skip logic, rules and flags are written in
    model.py       the file format, key by key
    loader.py      the library: shipped files and a site's own, versions side by side
    program.py     a definition compiled for scoring
    readings.py    the least and the most worrying way to read what was not answered
    engine.py      answers in; band, floor, ceiling and reasons out
    forms.py       the same file as an accessible form
    fhir.py        FHIR R4 in and out: questionnaires, and assessments as other services read them
    formwords.py   what a form says of its own, in each language we have words in

No instrument has code of its own. What is not answered is never read as "no".
"""
