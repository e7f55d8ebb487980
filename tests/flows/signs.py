"""One plain sentence for every category of danger, in both languages, and what a reply must hold."""

from uuid import uuid4

from bot.services.parts import Parts
from tests.builders import fresh_number
from tests.conversation import Conversation

SIGNS = {
    "self_harm": ("quiero morirme", "I want to kill myself"),
    "immediate_danger": (
        "hay un hombre con pistola afuera de mi casa y quiere entrar",
        "there is a man with a gun at my door right now",
    ),
    "sexual_violence": ("mi padrastro me viola", "they raped me"),
    "gang_threat": (
        "los de la mara me dijeron que me van a matar si no entro con ellos",
        "the gang wants me to join them or they will kill me",
    ),
    "trafficking_exploitation": (
        "me obligan a acostarme con hombres para pagar la deuda",
        "they force me to have sex with men to pay the debt",
    ),
    "fear_of_return": (
        "no me regresen por favor, si vuelvo me matan",
        "please do not send me back, they will kill me if I go back",
    ),
    "stranded": (
        "ya llegue y nadie vino por mi, estoy perdido",
        "I arrived and nobody came for me, I am lost",
    ),
    "missing_child": (
        "mi hermanito desaparecio, no lo encontramos",
        "my little brother disappeared, we cannot find him",
    ),
    "medical_emergency": (
        "me corte y no para la sangre",
        "I am bleeding a lot and it will not stop",
    ),
    "abuse_neglect": ("mi tio me pega con el cinturon", "my uncle beats me every night"),
    "mistreatment_in_custody": (
        "los guardias nos pegan y nos esposan",
        "the guards hit us and put handcuffs on us",
    ),
    "child_marriage": ("me quieren casar con un señor", "they want to make me marry an old man"),
    "basic_needs": (
        "llevo dos dias sin comer, no hay comida en la casa",
        "we have had no food for two days",
    ),
    "child_labour": (
        "me ponen a trabajar todo el dia y no me dejan estudiar",
        "I cannot go to school because I have to work all day",
    ),
    "medical": ("estoy enfermo y tengo fiebre", "I am sick and I have a fever"),
    "remigration": (
        "me voy a ir otra vez con el coyote",
        "I am going to leave again with the coyote",
    ),
    "family_rejection": (
        "mi tia me echo de la casa, ya no me quiere aqui",
        "my aunt threw me out of the house, she does not want me",
    ),
    "distress": (
        "lloro todas las noches y no puedo dormir",
        "I cry every night and I cannot sleep",
    ),
    "stigma_bullying": (
        "en la escuela se burlan de mi porque me deportaron",
        "they make fun of me at school because I was deported",
    ),
}
"""Category -> (Spanish, English)."""

ALSO_FITS = {
    "gang_threat": {"immediate_danger"},
    "fear_of_return": {"gang_threat", "immediate_danger"},
    "stranded": {"immediate_danger"},
    "mistreatment_in_custody": {"abuse_neglect", "immediate_danger"},
    "child_labour": {"abuse_neglect", "trafficking_exploitation"},
    "trafficking_exploitation": {"sexual_violence"},
    "family_rejection": {"abuse_neglect"},
}
"""What a person would call it as well."""

HIT = SIGNS["abuse_neglect"][0]
GANG = SIGNS["gang_threat"][0]
WANTS_TO_DIE = SIGNS["self_harm"][0]
FEARS_THE_RETURN = SIGNS["fear_of_return"][0]


def is_believed(conversation: Conversation) -> bool:
    """Return whether the answer begins with a belief line, says who is told, and gives a number."""
    said = conversation.said
    return (
        bool(said)
        and said[0].startswith("disclosure.thank_you")
        and said[1] in ("disclosure.who_when", "disclosure.who")
        and "disclosure.number" in said
        and "{" not in conversation.text
    )


def stranger_says(parts: Parts, text: str, prefix: str = "+5027771", **form: str) -> Conversation:
    """Return the conversation that a number which nobody enrolled begins with this message."""
    with Conversation(parts, uuid4()) as nobody:
        reference = nobody.phone.write_from(fresh_number(prefix), text, **form)
        stranger = Conversation(parts, nobody.inbound(reference).contact_id)
    return stranger._hear(reference)
