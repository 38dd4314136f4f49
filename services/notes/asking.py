"""A draft from whichever engine answers: the same question, the same shape, the same checker after it."""

from collections.abc import Collection
from dataclasses import replace

from services.ai import Assistant, Facts, Prompt
from services.notes import local
from services.notes.answer import NoteAnswer, answer_of, sentences_of
from services.notes.draft import Draft
from services.notes.question import facts_of, material_of
from services.notes.sections import SectionKey
from services.notes.values import Material

PROMPT = replace(Prompt.beside(__file__), room=4_000)


def drafted(
    assistant: Assistant,
    material: Material,
    wanted: Collection[SectionKey] = tuple(SectionKey),
    wishes: str = "",
    prompt: Prompt = PROMPT,
) -> Draft:
    """A draft of *material* by *assistant*, not yet checked, with the sections *wanted* alone.

    ``wishes`` are the clinician's on style. Names and numbers of the patient do not leave the
    building. Raises ``Unsure`` and ``Unreachable`` as the assistant does.
    """
    answer = assistant.ask(prompt, facts_of(material, wishes), NoteAnswer)
    sections = sentences_of(answer.value, material.sources().keys())
    is_ours = answer.engine == local.ENGINE
    return Draft(
        tuple(section for section in sections if section.key in wanted),
        answer.engine,
        local.VERSION if is_ours else answer.model,
        "" if is_ours else answer.prompt_digest,
        " ".join(filter(None, (answer.note, local.SAYS if is_ours else ""))),
    )


def draft_locally(facts: Facts) -> NoteAnswer:
    """The local engine's answer to the question a model is asked."""
    return answer_of(local.draft(material_of(facts)))
