"""Retention of billing: claims with what payers answered, and the files that told of them."""

import os
from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import exists
from sqlmodel import Session, col

from db.claim_payments import ClaimPayment
from db.claims import OVER, Claim, Claims
from db.deliveries import Delivery
from db.shred import unfinished
from db.vault import ItemKeys
from db.x12_files import LATER, FileState, X12File, X12Files


def shred_claims(
    session: Session, practice_id: UUID, closed_before: datetime, now: datetime, limit: int = 200
) -> Sequence[UUID]:
    """Destroy the keys of claims closed before a moment; returns their ids, oldest first.

    What was billed, its numbers, findings, answers, letters, the chart that was read for them and
    payloads go with the key; amounts, codes and the timeline stay, so that totals still add up. The number is forgotten too: the same
    number may come again.
    """
    claims = Claims(session, practice_id)
    due = claims.rows().where(
        col(Claim.purged_at).is_(None),
        col(Claim.closed_at) < closed_before,
        col(Claim.state).in_(OVER),
        ~unfinished(practice_id, col(Delivery.claim_id) == col(Claim.id)),
    )
    gone = claims.all(due.order_by(col(Claim.closed_at)).limit(limit).with_for_update())
    ItemKeys(session, practice_id).shred(sorted(claim.key_id for claim in gone))
    for claim in gone:
        claim.purged_at, claim.content_hash, claim.patient_id = now, "", None
        claim.number_digest = os.urandom(16)
        claim.name_digest = claim.birth_digest = None
    return [claim.id for claim in gone]


def shred_files(
    session: Session, practice_id: UUID, closed_before: datetime, now: datetime, limit: int = 200
) -> Sequence[UUID]:
    """The same for files: one waits while a payment of it is nobody's, or its claim is still kept.

    Its digest and totals stay, and its interchanges: none of them is ever posted again.
    """
    files = X12Files(session, practice_id)
    kept = exists().where(
        col(Claim.practice_id) == practice_id,
        col(Claim.id) == col(ClaimPayment.claim_id),
        col(Claim.purged_at).is_(None),
    )
    needed = exists().where(
        col(ClaimPayment.practice_id) == practice_id,
        col(ClaimPayment.file_id) == col(X12File.id),
        col(ClaimPayment.unmatched).is_(True) | kept,
    )
    done = (FileState.POSTED, FileState.DUPLICATE, FileState.REMOVED)
    due = files.rows().where(
        col(X12File.purged_at).is_(None),
        col(X12File.closed_at) < closed_before,
        col(X12File.state).in_(done),
        ~needed,
    )
    oldest = due.order_by(col(X12File.closed_at)).limit(limit).options(LATER)
    gone = files.all(oldest.with_for_update())
    ItemKeys(session, practice_id).shred(sorted(file.key_id for file in gone))
    for file in gone:
        file.purged_at = now
    return [file.id for file in gone]
