"""What `Recommender` does for the profile and its home: settings, rules, status, copies, the library's size."""

import os
from collections.abc import Mapping
from datetime import date, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from recommender import services
from recommender.profile import Profile
from recommender.services.reader import Reader

if TYPE_CHECKING:
    from recommender.results.profiles import (
        ImportedProfile,
        Places,
        ProfileSummary,
        PruneReport,
        RuleChange,
        SettingField,
        Stats,
        StatusReport,
    )
    from recommender.services.requests import NewProfile
    from recommender.services.upkeep import Upkeep


class ProfileAndHome:
    """A part of `Recommender`, where each method is documented for those who use it."""

    _reader: Reader

    @property
    def name(self) -> str:
        """The profile's name."""
        return self._reader.name

    @property
    def is_new(self) -> bool:
        """Whether there is no profile here yet, and none was asked for: `today` shows the shipped example then."""
        return self._reader.is_new

    @property
    def upkeep(self) -> "Upkeep":
        """Ways back: `back_up`, `backups`, `restore`, and `check`, which looks at each link from source to inbox."""
        return services.upkeep.Upkeep(self._reader)

    @property
    def profile(self) -> Profile:
        """The profile's settings."""
        return self._reader.profile

    def settings(self) -> "tuple[SettingField, ...]":
        """The settings that `change_settings` can change, with their values as text."""
        return services.changes.fields(self._reader)

    def change_settings(self, texts: Mapping[str, str], before: Mapping[str, str] | None = None) -> Profile:
        """Change settings, all or none: {"list_size": "20", "categories": "cs.CV eess.IV"}; gives what holds now.

        Args:
            texts: the new values by name, as `settings()` has them.
            before: what the reader saw; what was changed elsewhere since then is not overwritten.

        Raises:
            ProfileError: a value is wrong; its `settings` say what is wrong with each.
        """
        return services.changes.change(self._reader, texts, before)

    def follow(self, *authors: str, remove: bool = False) -> "RuleChange":
        """Follow authors, or stop following them; without authors, report who is followed."""
        return services.profiles.follow(self._reader, authors, remove=remove)

    def mute(self, *rules: str, remove: bool = False) -> "RuleChange":
        """Hide papers that match rules ("word:survey", "author:J. Doe", "category:cs.CY"), or take that back."""
        return services.profiles.mute(self._reader, rules, remove=remove)

    def boost(self, *rules: str, steps: float = 1, remove: bool = False) -> "RuleChange":
        """Move papers that match rules up (steps to 3) or down (steps from -3), or take that back."""
        return services.profiles.boost(self._reader, rules, steps, remove=remove)

    def status(self) -> "StatusReport":
        """Papers, ratings, and the last digest, list, mail and error."""
        return services.status.status(self._reader)

    def record_error(self, command: str, message: str) -> None:
        """Keep an error for `status`."""
        services.status.record_error(self._reader, command, message)

    def password_file(self, use: str) -> Path:
        """The file that may hold the password for a use."""
        return self._reader.home.password_file(self._reader.name, use)

    def announcement_day(self, moment: datetime | None = None) -> date:
        """The day whose arXiv list is the current one at an aware moment; None: now."""
        return services.fetch.current_day(moment or self._reader.now)

    def scheduled_work(self) -> list[str]:
        """What `run` does by the settings, in words and in its order; empty: nothing is set up."""
        return services.nightly.work(self._reader.profile)

    def places(self) -> "Places":
        """Where everything is stored."""
        return services.profiles.places(self._reader)

    def profiles(self) -> "list[ProfileSummary]":
        """The profiles of the home, then the shipped ones to start from."""
        return services.profiles.summaries(self._reader)

    def profile_names(self) -> list[str]:
        """Names of the home's profiles and of the shipped ones."""
        return services.profiles.names(self._reader)

    def check_profile(self, new: "NewProfile", *, elsewhere: bool = False) -> Profile:
        """The settings that a new profile would have; writes nothing. Raises ProfileError if one of them is wrong.

        Args:
            elsewhere: it will not be in this home, where its name may be taken.
        """
        return services.profiles.settings_for(self._reader, new, elsewhere=elsewhere)

    def create_profile(self, new: "NewProfile") -> tuple[Profile, Path]:
        """Write the settings of a new profile and use it from now on; gives the settings and their file."""
        return services.profiles.create(self._reader, new)

    def create_repository(self, new: "NewProfile", folder: str | os.PathLike[str]) -> list[Path]:
        """Write a repository in which GitHub Actions does what `run` does, for a new profile; gives its files.

        Args:
            folder: empty, or not there yet.
        """
        return services.profiles.repository(self._reader, new, Path(folder))

    def export_profile(self, target: str | os.PathLike[str] | None = None) -> Path:
        """Write everything of the profile into one new zip file; gives its path."""
        return services.transfer.export(self._reader, Path(target) if target is not None else None)

    def import_profile(
        self, file: str | os.PathLike[str], name: str | None = None, *, with_mail: bool = False
    ) -> "ImportedProfile":
        """Bring in a profile that `export_profile` wrote, its mail settings only `with_mail`; never overwrites one."""
        return services.transfer.import_(self._reader, Path(file), name, with_mail=with_mail)

    def reset(self) -> Path:
        """Delete all verdicts, notes and lists, after writing a whole copy; gives the path of the copy."""
        return services.profiles.reset(self._reader)

    def library_stats(self) -> "Stats":
        """How large the library is."""
        return services.profiles.stats(self._reader)

    def prune_library(self, before: date) -> "PruneReport":
        """Remove papers announced before a day and not since, but those any profile rated, noted or had in a list."""
        return services.profiles.prune(self._reader, before)
