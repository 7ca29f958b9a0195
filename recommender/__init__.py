"""Rank each day's papers for one reader, from the papers that reader liked and disliked before.

`Recommender` is the door; the other names are what it takes, gives and raises. Each is loaded when it is first used
(PEP 562), so that importing the package costs nothing.
"""

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from recommender.api import Recommender
    from recommender.api_batch import Batch
    from recommender.api_group import Group
    from recommender.delivery.mail.links import Refused
    from recommender.errors import (
        CannotListen,
        DeliveryError,
        MachineError,
        MissingExtra,
        NoteTooLong,
        ProfileError,
        RecommenderError,
        SourceError,
        StoreError,
        UnknownPaper,
        UnknownProfile,
        ZoteroWaits,
    )
    from recommender.paper import (
        Change,
        Feedback,
        Giver,
        Note,
        NoteKind,
        Nudge,
        NudgeKind,
        Paper,
        Reason,
        ReasonKind,
        Recommendation,
        Score,
        Shortlist,
        Status,
        TopicRule,
        Undone,
        Verdict,
    )
    from recommender.profile import MailSettings, Profile
    from recommender.results.batch import BatchReport, FailedReader
    from recommender.results.day import Day, DayCounts
    from recommender.results.evaluation import EvaluationReport
    from recommender.results.group import (
        Account,
        AgendaMail,
        Erased,
        GroupBackup,
        GroupHealth,
        GroupRestored,
        GroupSettings,
        GroupWeek,
        Identity,
        Invitation,
        Invited,
        Login,
        Meeting,
        OidcFlow,
        Started,
        VoteChoice,
        VotedPaper,
    )
    from recommender.results.incoming import DownloadReport, FetchReport, ImportReport, LibraryEntries, LibraryEntry
    from recommender.results.insights import Insights, Topic, TopicChange
    from recommender.results.mail import AnswersReport, AppliedAnswer, MailResult, MailState
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
    from recommender.results.ratings import Command, DayList, Explanation, ListCounts, Move
    from recommender.results.upkeep import Backup, Finding, HealthReport, Level, Restored
    from recommender.results.zotero import ZoteroReport
    from recommender.rows import records
    from recommender.services.browse import Browse
    from recommender.services.mail import Draft
    from recommender.services.pictures import Pictures
    from recommender.services.reader import Progress
    from recommender.services.reading import Reading
    from recommender.services.requests import BatchOptions, ListOptions, MailOptions, NewProfile
    from recommender.services.topics import Topics
    from recommender.services.triage import Triage
    from recommender.services.upkeep import Upkeep

__version__ = "0.1.0"

__all__ = [
    "Account",
    "AgendaMail",
    "AnswersReport",
    "AppliedAnswer",
    "Backup",
    "Batch",
    "BatchOptions",
    "BatchReport",
    "Browse",
    "CannotListen",
    "Change",
    "Command",
    "Day",
    "DayCounts",
    "DayList",
    "DeliveryError",
    "DownloadReport",
    "Draft",
    "Erased",
    "EvaluationReport",
    "Explanation",
    "FailedReader",
    "Feedback",
    "FetchReport",
    "Finding",
    "Giver",
    "Group",
    "GroupBackup",
    "GroupHealth",
    "GroupRestored",
    "GroupSettings",
    "GroupWeek",
    "HealthReport",
    "Identity",
    "ImportReport",
    "ImportedProfile",
    "Insights",
    "Invitation",
    "Invited",
    "Level",
    "LibraryEntries",
    "LibraryEntry",
    "ListCounts",
    "ListOptions",
    "Login",
    "MachineError",
    "MailOptions",
    "MailResult",
    "MailSettings",
    "MailState",
    "Meeting",
    "MissingExtra",
    "Move",
    "NewProfile",
    "Note",
    "NoteKind",
    "NoteTooLong",
    "Nudge",
    "NudgeKind",
    "OidcFlow",
    "Paper",
    "Pictures",
    "Places",
    "Profile",
    "ProfileError",
    "ProfileSummary",
    "Progress",
    "PruneReport",
    "Reading",
    "Reason",
    "ReasonKind",
    "Recommendation",
    "Recommender",
    "RecommenderError",
    "Refused",
    "Restored",
    "RuleChange",
    "Score",
    "SettingField",
    "Shortlist",
    "SourceError",
    "Started",
    "Stats",
    "Status",
    "StatusReport",
    "StoreError",
    "Topic",
    "TopicChange",
    "TopicRule",
    "Topics",
    "Triage",
    "Undone",
    "UnknownPaper",
    "UnknownProfile",
    "Upkeep",
    "Verdict",
    "VoteChoice",
    "VotedPaper",
    "ZoteroReport",
    "ZoteroWaits",
    "__version__",
    "records",
]

# Where each name is defined; a test keeps this equal to the imports above.
_MODULES = {
    "api": "Recommender".split(),
    "api_batch": "Batch".split(),
    "api_group": "Group".split(),
    "delivery.mail.links": "Refused".split(),
    "errors": """
        CannotListen DeliveryError MachineError MissingExtra NoteTooLong ProfileError RecommenderError
        SourceError StoreError UnknownPaper UnknownProfile ZoteroWaits
    """.split(),
    "paper": """
        Change Feedback Giver Note NoteKind Nudge NudgeKind Paper Reason ReasonKind Recommendation Score
        Shortlist Status TopicRule Undone Verdict
    """.split(),
    "profile": "MailSettings Profile".split(),
    "results.batch": "BatchReport FailedReader".split(),
    "rows": "records".split(),
    "results.day": "Day DayCounts".split(),
    "results.evaluation": "EvaluationReport".split(),
    "results.group": """
        Account AgendaMail Erased GroupBackup GroupHealth GroupRestored GroupSettings GroupWeek Identity
        Invitation Invited Login Meeting OidcFlow Started VoteChoice VotedPaper
    """.split(),
    "results.incoming": "DownloadReport FetchReport ImportReport LibraryEntries LibraryEntry".split(),
    "results.insights": "Insights Topic TopicChange".split(),
    "results.mail": "AnswersReport AppliedAnswer MailResult MailState".split(),
    "results.profiles": """
        ImportedProfile Places ProfileSummary PruneReport RuleChange SettingField Stats StatusReport
    """.split(),
    "results.ratings": "Command DayList Explanation ListCounts Move".split(),
    "services.browse": "Browse".split(),
    "results.zotero": "ZoteroReport".split(),
    "results.upkeep": "Backup Finding HealthReport Level Restored".split(),
    "services.mail": "Draft".split(),
    "services.pictures": "Pictures".split(),
    "services.reading": "Reading".split(),
    "services.reader": "Progress".split(),
    "services.requests": "BatchOptions ListOptions MailOptions NewProfile".split(),
    "services.topics": "Topics".split(),
    "services.triage": "Triage".split(),
    "services.upkeep": "Upkeep".split(),
}
_HOME_OF = {name: module for module, names in _MODULES.items() for name in names}


def __getattr__(name: str) -> object:
    if name in _HOME_OF:
        return getattr(import_module(f"recommender.{_HOME_OF[name]}"), name)
    raise AttributeError(f"module 'recommender' has no attribute {name!r}")


def __dir__() -> list[str]:
    return __all__
