"""Names behind the NPIs that claims give: the EHR's own where it has one, else what a claim said."""

from collections.abc import Mapping
from contextlib import suppress

from sqlalchemy import UniqueConstraint
from sqlalchemy.exc import IntegrityError

from db.base import Repository, Row

PREFIX = "npi/"  # how a claim's provider and location are kept


class NpiName(Row, table=True):
    """The name of a provider or a place. ``by_ehr`` says that the practice's own EHR gave it."""

    __tablename__ = "npi_name"
    __table_args__ = (UniqueConstraint("practice_id", "npi"),)

    npi: str
    name: str
    by_ehr: bool = False


class NpiNames(Repository[NpiName]):
    """Questions about names."""

    model = NpiName

    def by_ref(self) -> dict[str, str]:
        """Every name, by how a claim keeps its NPI: ``npi/1234567893``."""
        return {f"{PREFIX}{one.npi}": one.name for one in self.all(self.rows())}

    def tell(self, names: Mapping[str, str], *, by_ehr: bool = False) -> None:
        """Keep these names by NPI. A claim's word is the first one heard, and yields to the EHR's."""
        told = {npi: name.strip() for npi, name in names.items() if npi and name.strip()}
        known = {one.npi: one for one in self.all(self.rows())} if told else {}
        for npi, name in sorted(told.items()):
            one = known.get(npi)
            if one is None:
                self._keep_new(npi, name, by_ehr=by_ehr)
            elif by_ehr:
                one.name, one.by_ehr = name, True

    def _keep_new(self, npi: str, name: str, *, by_ehr: bool) -> None:
        # Another worker may hear of it at the same moment; the word that was kept first stands.
        with suppress(IntegrityError), self.session.begin_nested():
            self.add(NpiName(practice_id=self.practice_id, npi=npi, name=name, by_ehr=by_ehr))
