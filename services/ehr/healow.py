"""The practice's portal messages, over the contract-gated healow message channel."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from urllib.parse import quote
from zoneinfo import ZoneInfo

from services.ehr.healow_items import read_item
from services.ehr.line import Document, Line
from services.ehr.paging import CIRCLE
from services.ehr.ports import (
    Author,
    CopiedReply,
    IncomingMessage,
    MessagePage,
    NewMessage,
    PortalReply,
    Quarantined,
    Receipt,
)
from services.ehr.strict_json import Unreadable
from services.ehr.texts import require_sendable
from services.errors import NeedsAuthorization, Refused, Unreachable

LONGEST_REPLY = 4000
LONGEST_SUBJECT = 120
LONGEST_PAGE = 1000  # the channel says 100; far more is not a page but a fault
FORGOTTEN_CURSOR = "410"
NO_CHANNEL = "The address of the healow message channel is not set up."


@dataclass(frozen=True)
class HealowMailbox:
    """A ``Mailbox`` on the other end of HTTP.

    *idempotent*: the practice's channel honours an Idempotency-Key, so that a reply
    may be sent again. *zone* is the practice's.
    """

    line: Line
    zone: ZoneInfo
    now: Callable[[], datetime]
    idempotent: bool = False

    def changed_since(self, cursor: str | None) -> MessagePage:
        """See ``Mailbox``. Begins again when the channel has forgotten *cursor*; ids tell repeats."""
        try:
            return self._page(cursor)
        except Refused as refused:
            if cursor is None or refused.code != FORGOTTEN_CURSOR:
                raise
            return self._page(None)

    def _page(self, cursor: str | None) -> MessagePage:
        params = [("since", cursor)] if cursor else []
        page = self.line.read("messages", params, self._read_page)
        if page.more and page.cursor == cursor:
            raise Unreachable(CIRCLE)
        return page

    def _read_page(self, found: Document) -> MessagePage:
        match found.tree:
            case {"messages": list(items), "cursor": str(cursor), "more": bool(more)}:
                if len(items) > LONGEST_PAGE or not cursor:
                    raise Unreadable("The page is not plausible.")
            case _:
                raise Unreadable("The answer is not a page of messages.")
        read = [read_item(item, self.now(), self.zone) for item in items]
        return MessagePage(
            messages=tuple(one for one in read if isinstance(one, IncomingMessage)),
            quarantined=tuple(one for one in read if isinstance(one, Quarantined)),
            cursor=cursor,
            more=more,
        )

    def reply(self, reply: PortalReply) -> Receipt:
        """See ``Mailbox``. Refuses before sending what the channel would refuse."""
        require_sendable(reply.text, LONGEST_REPLY, "The reply")
        if not reply.thread_id:
            raise Refused("The message came without a conversation, so it cannot be answered.")
        payload = {
            "body": reply.text,
            "patient": reply.patient_ref,
            "client_ref": reply.delivery_id,
        }
        return self.line.write(
            f"threads/{quote(reply.thread_id, safe='')}/replies",
            payload,
            lambda found: _receipt(found, reply),
            creates="Communication",
            key=reply.delivery_id if self.idempotent else None,
        )

    def find_reply(self, reply: PortalReply) -> Receipt | None:
        """See ``Mailbox``. Raises ``Refused`` if what is there is not what was approved."""
        path = f"threads/{quote(reply.thread_id, safe='')}"
        for message in self.line.read(path, (), _messages_of_thread):
            if _is_ours(message, reply):
                return _verified(message, reply)
        return None

    def find_copy(self, copied: CopiedReply) -> Receipt | None:
        """See ``Mailbox``. Line ends and outer spaces may differ, words may not."""
        path = f"threads/{quote(copied.thread_id, safe='')}"
        for message in self.line.read(path, (), _messages_of_thread):
            if _says(message, copied.text):
                return Receipt(str(message.get("id", "")))
        return None

    def send(self, message: NewMessage) -> Receipt:
        """See ``Mailbox``. Refuses before sending what the channel would refuse."""
        require_sendable(message.subject, LONGEST_SUBJECT, "The subject")
        require_sendable(message.text, LONGEST_REPLY, "The message")
        payload = {
            "patient": message.patient_ref,
            "subject": message.subject,
            "body": message.text,
            "client_ref": message.delivery_id,
        }
        return self.line.write(
            "messages",
            payload,
            lambda found: _receipt(found, message),
            creates="Communication",
            key=message.delivery_id if self.idempotent else None,
        )

    def find_sent(self, message: NewMessage) -> Receipt | None:
        """See ``Mailbox``. Raises ``Refused`` if what is there is not what was approved."""
        params = [("client_ref", message.delivery_id)]
        for found in self.line.read("messages", params, _messages_of_thread):
            if _is_ours(found, message):
                return _verified(found, message)
        return None


class NoMailbox:
    """A ``Mailbox`` for a practice without the healow channel: says so whatever is asked."""

    def changed_since(self, cursor: str | None) -> MessagePage:
        """Raises ``NeedsAuthorization``."""
        raise NeedsAuthorization(NO_CHANNEL)

    def reply(self, reply: PortalReply) -> Receipt:
        """Raises ``NeedsAuthorization``."""
        raise NeedsAuthorization(NO_CHANNEL)

    def find_reply(self, reply: PortalReply) -> Receipt | None:
        """Raises ``NeedsAuthorization``."""
        raise NeedsAuthorization(NO_CHANNEL)

    def find_copy(self, copied: CopiedReply) -> Receipt | None:
        """Raises ``NeedsAuthorization``."""
        raise NeedsAuthorization(NO_CHANNEL)

    def send(self, message: NewMessage) -> Receipt:
        """Raises ``NeedsAuthorization``."""
        raise NeedsAuthorization(NO_CHANNEL)

    def find_sent(self, message: NewMessage) -> Receipt | None:
        """Raises ``NeedsAuthorization``."""
        raise NeedsAuthorization(NO_CHANNEL)


def _receipt(found: Document, reply: PortalReply | NewMessage) -> Receipt:
    """What the channel gave our words; anything else leaves it in doubt."""
    match found.tree:
        case {"id": str(remote_id), "client_ref": client_ref} if client_ref == reply.delivery_id:
            return Receipt(remote_id)
        case _:
            raise Unreadable("The answer does not say which message it took.")


def _messages_of_thread(found: Document) -> list[Any]:
    match found.tree:
        case {"messages": list(messages)}:
            return messages
        case _:
            raise Unreadable("The answer is not a conversation.")


def _is_ours(message: Any, reply: PortalReply | NewMessage) -> bool:
    return (
        isinstance(message, Mapping)
        and message.get("from") == Author.PRACTICE
        and message.get("client_ref") == reply.delivery_id
    )


def _says(message: Any, text: str) -> bool:
    return (
        isinstance(message, Mapping)
        and message.get("from") == Author.PRACTICE
        and _plain(message.get("body")) == _plain(text)
    )


def _verified(message: Mapping[str, Any], reply: PortalReply | NewMessage) -> Receipt:
    """Delivery id, patient and text must agree; line ends and outer spaces may differ."""
    patient = message.get("patient")
    named = patient.get("reference") if isinstance(patient, Mapping) else None
    if named != reply.patient_ref or _plain(message.get("body")) != _plain(reply.text):
        raise Refused(
            "The message is in healow, but not as it was approved. Please compare it there.",
            code="differs",
        )
    return Receipt(str(message.get("id", "")))


def _plain(text: Any) -> str | None:
    return text.replace("\r\n", "\n").strip() if isinstance(text, str) else None
