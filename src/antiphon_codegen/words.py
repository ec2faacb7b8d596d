"""Words in names: taking names apart, singular and plural, and which words are verbs."""

from __future__ import annotations

import re
from typing import Final

from .romanised import romanised

__all__ = ["VERBS", "codes", "plural", "singular", "words"]

_PARTS: Final = re.compile(r"[A-Z]{2,}s(?![a-z])|[A-Z]+(?=[A-Z][a-z])|[A-Z]?[a-z]+|[A-Z]+|[0-9]+")


def words(name: str) -> list[str]:
    """The lower-case words of a name in any casing: `getPetByID` is get, pet, by, id. A number stays with its word."""
    found: list[str] = []
    for piece in re.split(r"[^A-Za-z0-9]+", romanised(name)):
        for part in _PARTS.findall(piece):
            if part.isdigit() and found and piece and not piece.startswith(part):
                found[-1] += part
            else:
                found.append(part.lower())
    return found


def codes(name: str) -> list[str]:
    """A word for each letter that has no spelling in ASCII, the first ones of a long name."""
    return [f"u{ord(character):x}" for character in _WIDE.findall(name)[:8]]


_WIDE: Final = re.compile(r"[^\x00-\x7f]")
_IRREGULAR: Final = {
    "people": "person",
    "children": "child",
    "men": "man",
    "women": "woman",
    "indices": "index",
    "vertices": "vertex",
    "matrices": "matrix",
    "criteria": "criterion",
    "analyses": "analysis",
    "statuses": "status",
    "addresses": "address",
    "aliases": "alias",
    "buses": "bus",
    "gases": "gas",
    "lenses": "lens",
    "viruses": "virus",
    "quizzes": "quiz",
    "moves": "move",
    "leaves": "leave",
    "caches": "cache",
    "headaches": "headache",
    "movies": "movie",
    "cookies": "cookie",
    "zombies": "zombie",
    "series": "series",
    "species": "species",
    "news": "news",
}
_NO_PLURAL: Final = frozenset(
    """access address alias analysis analytics as aws basis bonus boss bus business campus canvas census
    class corpus css details dns exists focus gas gps gross has https ids is its js kudos lens logistics loss metrics
    nexus os pass plus previous process progress radius sms statistics stats status this thus
    virus was""".split()
)
_PLURALS: Final = {one: many for many, one in _IRREGULAR.items()}


def singular(word: str) -> str:
    """The singular of an English noun in lower case; a word that is none already."""
    if word in _IRREGULAR:
        return _IRREGULAR[word]
    if word in _NO_PLURAL or len(word) < 3 or not word.endswith("s") or word.endswith(("ss", "us", "is")):
        return word
    if word.endswith("ies") and len(word) > 4:
        return word[:-3] + "y"
    if word.endswith(("sses", "shes", "ches", "xes", "zzes")):
        return word[:-2]
    if word.endswith("ves") and word[:-3] in ("shel", "hal", "cal", "kni", "wi", "li", "wol", "sel"):
        return word[:-3] + ("fe" if word[:-3] in ("kni", "wi", "li") else "f")
    return word[:-1]


def plural(word: str) -> str:
    """The plural of an English noun in lower case."""
    if word in _PLURALS:
        return _PLURALS[word]
    if singular(word) != word:
        return word
    if word.endswith("y") and word[-2:-1] not in "aeiou":
        return word[:-1] + "ies"
    return word + ("es" if word.endswith(("s", "x", "z", "ch", "sh")) else "s")


VERBS: Final = frozenset(
    """abort accept ack acknowledge activate add allocate analyze answer append apply approve archive
    assign attach authenticate authorize backup ban batch begin block browse bulk calculate call cancel
    capture change charge check checkout clear clone close commit compare complete compute confirm
    connect consume convert copy count create deactivate decline decode decrypt delete deploy detach
    detect disable disconnect discover dismiss dispatch download drop duplicate edit embed enable
    encode encrypt end enqueue enroll estimate evaluate exchange execute expire export extend
    extract favorite fetch fill find finish flush follow forward generate get grant import increment
    index inspect install invite invoke issue join kill launch leave link list load lock login
    logout lookup mark match materialize merge migrate modify mount move mute notify open parse
    patch pause pay perform pin ping play poll post preview process promote provision publish pull
    purge push put query queue read rebuild receive recommend recover redact redeem refresh refund
    register reindex reject release reload remove rename renew reopen reorder repair replace replay
    reply request rerank resend reset resolve restart restore resume retrieve retry return revert
    review revoke rollback rotate run save scan schedule scroll search select send set share
    shutdown sign signup simulate skip snooze sort split start stop store submit subscribe suggest
    suspend swap switch sync synchronize terminate test toggle track train transfer translate
    trigger unarchive unassign unban unblock undelete undo unfavorite unfollow uninstall unlink
    unlock unmount unmute unpause unpin unpublish unregister unsubscribe update upgrade upload
    demote deny describe evict finalize freeze invalidate prune reboot recalculate reconnect redeliver redeploy
    regenerate rescan resize restrict resubmit resync shuffle summarize tokenize transcode transcribe
    unfreeze untag unwatch upsert use validate verify void vote watch withdraw write""".split()
)
"""Words that, at the end of a path, name what is done rather than what it is done to."""
