"""The words of a form or sheet that belong to no instrument: boxes, buttons, headings, and what we say about a result.

They are this project's own, in every language, and are never used for an item, a label, a band or an action: those are
an instrument's, come from its file or from an official translation, and stay in English where there is none.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class FormWords:
    language: str
    yes: str
    no: str
    refused: str
    unable: str
    clear: str
    paper_form: str
    who_answered: str
    themselves: str
    judged: str
    reported: str
    paraphrase: str
    codes_only: str
    case_code: str
    date_and_time: str
    asked_by: str
    only_if: str
    points: str
    between: str
    outcome: str
    result: str
    rule: str
    within: str
    sum_of: str
    weighted: str
    counts: str
    no_score: str
    filled: str
    otherwise: str
    at_once: str
    minutes: str
    hours: str
    weeks: str
    caution: str


ENGLISH = FormWords(
    language="en",
    yes="Yes",
    no="No",
    refused="Refused",
    unable="Unable to answer",
    clear="Clear",
    paper_form="Paper form",
    who_answered="Who answered",
    themselves="The person",
    judged="I judged it myself",
    reported="Somebody else told me",
    paraphrase="Our own words for what is asked, not the instrument's: read the official form aloud.",
    codes_only="Codes only: use it beside the publisher's own form.",
    case_code="Case code",
    date_and_time="Date and time",
    asked_by="Asked by",
    only_if="Only if",
    points="{number} points",
    between="{least} to {most}",
    outcome="What it comes to",
    result="Result",
    rule="When",
    within="Within",
    sum_of="`{name}` is the sum of {items}.",
    weighted="`{name}` is {items}.",
    counts="`{name}` counts how many of these hold: {items}.",
    no_score="With an item missing there is no score.",
    filled="Up to {number} missing items are filled with the mean of the others.",
    otherwise="no rule above holds",
    at_once="at once",
    minutes="{number} minutes",
    hours="{number} hours",
    weeks="{number} weeks",
    caution=(
        "Instruments like this sort who needs attention first. They do not predict suicide or violence, and nobody "
        "should be refused care because of a result. VA/DoD (2019) found insufficient evidence for or against any "
        "particular way of sorting people by suicide risk. Judgement may always raise a result; only a second person "
        "may lower one."
    ),
)

SPANISH = FormWords(
    language="es",
    yes="Sí",
    no="No",
    refused="No quiso responder",
    unable="No pudo responder",
    clear="Borrar",
    paper_form="Formulario en papel",
    who_answered="Quién respondió",
    themselves="La propia persona",
    judged="Lo valoré yo",
    reported="Me lo dijo otra persona",
    paraphrase="Lo que se pregunta está en palabras nuestras, no en las del instrumento: lea el formulario oficial.",
    codes_only="Solo códigos: úselos junto con el formulario de quien lo publica.",
    case_code="Código del caso",
    date_and_time="Fecha y hora",
    asked_by="Quién preguntó",
    only_if="Solo si",
    points="{number} puntos",
    between="{least} a {most}",
    outcome="Lo que resulta",
    result="Resultado",
    rule="Cuándo se da",
    within="Plazo",
    sum_of="`{name}` es la suma de {items}.",
    weighted="`{name}` es {items}.",
    counts="`{name}` cuenta cuántas de estas condiciones se cumplen: {items}.",
    no_score="Si falta una respuesta, no hay puntuación.",
    filled="Hasta {number} respuestas que falten se sustituyen por la media de las demás.",
    otherwise="no se cumple ninguna regla anterior",
    at_once="de inmediato",
    minutes="{number} minutos",
    hours="{number} horas",
    weeks="{number} semanas",
    caution=(
        "Instrumentos como este ordenan a quién atender primero. No predicen el suicidio ni la violencia, y a nadie "
        "se le debe negar atención por un resultado. VA/DoD (2019) no encontró pruebas suficientes a favor ni en "
        "contra de ninguna forma concreta de clasificar a las personas por su riesgo de suicidio. El juicio de quien "
        "atiende siempre puede subir un resultado; para bajarlo hace falta una segunda persona."
    ),
)


def words_in(language: str) -> FormWords:
    """Our words in that language; English where we have none."""
    return SPANISH if language == SPANISH.language else ENGLISH
