"""Checks of COPY and ADD."""

from __future__ import annotations

from collections.abc import Iterator
from posixpath import normpath

from lintstack.dockerfile.keyfiles import VARIABLES, secret_kind
from lintstack.dockerfile.sources import base_name, in_context, is_archive, is_pattern, is_tar
from lintstack.facts import Place
from lintstack.findings import Edit, Fix, Problem
from lintstack.images.reference import is_valid
from lintstack.model import Copy, Instruction, Stage
from lintstack.source import Span

ROOT = frozenset({"", "root", "0"})
# Flags that mean the same for ADD and COPY.
SHARED_FLAGS = frozenset({"chown", "chmod", "link", "exclude"})
# Images whose working directory is `/`: distributions, and official images whose Dockerfiles set none.
# Images without a WORKDIR, as their Dockerfiles and https://github.com/docker-library/repo-info say.
AT_ROOT = frozenset(
    """
    scratch debian ubuntu alpine busybox fedora centos rockylinux almalinux amazonlinux archlinux oraclelinux photon
    opensuse/leap opensuse/tumbleweed buildpack-deps node python ruby rust nginx openjdk eclipse-temurin amazoncorretto
    postgres mysql mariadb
    """.split()
)
MOST_SUGGESTED = 50  # stages among whose names a similar one is looked for
MOST_INSTRUCTIONS = 2_000  # of a file in which one is looked for
VEX = (".vex.json", ".openvex.json")


def add_instead_of_copy(copy: Copy) -> Iterator[Problem]:
    """ADD of files that it neither downloads nor unpacks."""
    kinds = copy.kinds.value or ()
    plain = next((text for text, kind, _ in copy.read_sources if kind == "local"), None)
    if plain is None:
        return
    fix = None
    if set(kinds) == {"local"} and {flag.name for flag in copy.node.flags} <= SHARED_FLAGS:
        keyword = "copy" if copy.span.text.islower() else "COPY"
        fix = Fix(f"write {keyword}", (Edit(copy.span, keyword),), safe=True)
    message = f"`{plain}` is a local file or folder, for which ADD does no more than COPY; write COPY"
    yield Problem(message, Place(copy.span), fact="kinds", detail=plain, fix=fix)


def add_remote_url(copy: Copy) -> Iterator[Problem]:
    """ADD of a URL without a checksum."""
    if copy.checksum.value:
        return
    for text, kind, span in copy.read_sources:
        if kind == "url":
            message = (
                "ADD takes whatever this URL serves on the day of the build; add `--checksum=sha256:…` so that a "
                "changed file fails the build"
            )
            yield Problem(message, Place(span), fact="checksum", detail=text)


def copy_multi_source_slash(copy: Copy) -> Iterator[Problem]:
    """Several sources, and a destination that is no folder."""
    many = len(copy.read_sources)
    if many < 2 or copy.destination_is_directory.value is not False or not copy.copied:
        return
    word = copy.copied.destination
    end = word.span.end - (word.span.text[-1:] in ("'", '"'))
    fix = Fix("append `/`", (Edit(Span(word.span.source, end, end), "/"),), safe=True)
    message = f"with {many} sources the destination must be a folder: write `{word.value}/`, with a slash at its end"
    yield Problem(message, Place(word.span), fact="destination_is_directory", fix=fix)


def source_outside_context(copy: Copy) -> Iterator[Problem]:
    """Sources above the build context."""
    for text, span in _context_sources(copy):
        if in_context(text.partition("$")[0] if text.startswith("../") else text) is None:
            there = normpath(f"/{text}").lstrip("/") or "."
            message = (
                f"`{text}` leads out of the build context, so the builder looks for `{there}` inside it; build from a "
                "folder above, or name an additional build context and take it with `COPY --from`"
            )
            yield Problem(message, Place(span), detail=text)


def absolute_source(copy: Copy) -> Iterator[Problem]:
    """Sources that look like paths of the host."""
    for text, span in _context_sources(copy):
        if text.startswith("/") and text.strip("/."):
            message = f"`{text}` is a path in the build context, not on the host; write `{text.lstrip('/')}`"
            yield Problem(message, Place(span), detail=text)


def _context_sources(copy: Copy) -> Iterator[tuple[str, Span]]:
    """Sources that are paths in the build context; those with variables too."""
    if not copy.node.flag("from"):
        for text, kind, span in copy.read_sources:
            if kind in ("local", "archive", "unknown"):
                yield text, span


def _known_sources(copy: Copy) -> Iterator[tuple[str, str, Span]]:
    """Paths in the build context that nothing leaves open: as written, cleaned, with their places."""
    if not copy.in_onbuild.value:
        for text, span in _context_sources(copy):
            path = None if "$" in text else in_context(text)
            if path is not None:
                yield text, path, span


def copy_from_unknown_stage(copy: Copy) -> Iterator[Problem]:
    """`--from` that names a stage which there is not, or not yet."""
    name, stage = copy.origin.value, copy.stage
    if not name or not stage or "$" in name or copy.in_onbuild.value or stage.parsed.origin is None:
        return
    number = int(name) if name.isascii() and name.isdigit() and len(name) < 9 else None
    count, own = len(stage.dockerfile.stages), stage.parsed.index
    if number is not None:
        if number >= count:
            yield _from(copy, f"there is no stage {name}: this file has {count}, and the first one is 0")
        elif number > own:
            yield _from(copy, f"stage {name} comes later than this one, {own}; move it up")
        return
    if name in (stage.dockerfile.contexts or ()):
        return
    numbers = stage.dockerfile.parsed.stage_numbers.get(name.lower(), ())
    if numbers and min(numbers) > own:
        yield _from(
            copy, f"stage `{name}` comes later in this file, and COPY takes files from earlier stages; move it up"
        )
    elif not numbers and (near := _near(stage, name)):
        yield _from(copy, f"no stage is called `{name}`, so an image of that name is pulled; did you mean `{near}`?")
    elif not numbers and not is_valid(name):
        yield _from(copy, f"no stage is called `{name}`, and no image can be: that is no name of one")


def _from(copy: Copy, message: str) -> Problem:
    return Problem(message, copy.origin.places[0], fact="origin", detail=copy.origin.value or "")


def _near(stage: Stage, name: str) -> str:
    """The name of an earlier stage that is nearly that of `--from`; "" for what is most likely an image."""
    if any(sign in name for sign in "/:@.") or len(name) > 60:
        return ""
    if stage.parsed.index > MOST_SUGGESTED or len(stage.dockerfile.instructions) > MOST_INSTRUCTIONS:
        return ""
    from difflib import get_close_matches

    from lintstack.images import catalogue, split

    names = [other.parsed.name for other in stage.dockerfile.stages[: stage.parsed.index] if other.parsed.name]
    longer = [other for other in names if len(name) > 3 and other.lower().startswith(name.lower())]
    near = get_close_matches(name, names, 1, 0.75) or longer
    return near[0] if near and catalogue().lookup(split(name), tag_known=False) is None else ""


def copy_from_bare_name(copy: Copy) -> Iterator[Problem]:
    """`--from` with a word that is no stage of the file: an image without a tag, or a build context."""
    name, stage = copy.origin.value, copy.stage
    if not name or not stage or name.isdigit() or any(sign in name for sign in "$/:@") or copy.in_onbuild.value:
        return
    dockerfile = stage.dockerfile
    if name.lower() not in dockerfile.parsed.stage_numbers and name not in (dockerfile.contexts or ()):
        message = f"no stage is called `{name}`, so an image of that name is pulled, whatever `latest` is; name its tag"
        yield _from(copy, message)


def copy_from_self(copy: Copy) -> Iterator[Problem]:
    """`--from` that names the stage that it stands in."""
    name, stage = copy.origin.value, copy.stage
    if not name or not stage or copy.in_onbuild.value:
        return
    own = stage.parsed
    same_name = bool(own.name) and name.lower() == own.name.lower()
    if same_name or (own.origin is not None and name == str(own.index)):
        where = (Place((own.name_word or own.base or own.origin).span, "this stage"),) if own.origin else ()
        yield _from(
            copy, f"`{name}` is the stage that this COPY stands in; a stage cannot take files from itself"
        )._replace(related=where)


def copy_relative_dest(copy: Copy) -> Iterator[Problem]:
    """A relative destination where the working directory is `/`, since nothing sets one."""
    stage = copy.stage
    text = _undirected(copy)
    if not text or not stage:
        return
    from lintstack.images import split

    base = split(stage.foundation.base.value or "")
    if base.name in AT_ROOT and "onbuild" not in base.tag:  # `node:8-onbuild` sets /usr/src/app
        where = normpath(f"/{text}")
        message = (
            f"`{text}` is relative and no WORKDIR is set, so it means `{where}`; set a WORKDIR, or write it in full"
        )
        yield Problem(message, copy.destination.places[0], fact="destination", detail=text)


def copy_dest_unknown_workdir(copy: Copy) -> Iterator[Problem]:
    """A relative destination where the base image alone decides what it means."""
    text = _undirected(copy)
    if text:
        message = (
            f"`{text}` is relative and no WORKDIR is set, so the base image decides where it is; set a WORKDIR, or "
            "write the path in full"
        )
        yield Problem(message, copy.destination.places[0], fact="destination", detail=text)


def _undirected(copy: Copy) -> str:
    """A relative destination that no WORKDIR of this file gives a meaning; "" when there is none."""
    if copy.in_onbuild.value or not copy.copied or not copy.stage:
        return ""
    text = copy.copied.destination.value
    if not text or text.startswith(("/", "\\", "$")) or text[1:2] == ":":
        return ""
    return "" if copy.stage.moments[id(copy)].workdir else text


def copy_ignored_file(copy: Copy) -> Iterator[Problem]:
    """Sources that `.dockerignore` keeps out of the build."""
    context = copy.dockerfile.context
    for text, path, span in _known_sources(copy) if context else ():
        line = context.leaves_out(path) if context else None
        if line and not (is_pattern(path) and any(sign in line.text for sign in "?[")):
            file = line.span.source.path
            message = (
                f"`{text}` never reaches the build: `{line.text}` in `{file}` leaves it out; remove one of the two"
            )
            yield Problem(message, Place(span), (Place(line.span, "leaves it out"),), detail=text)


def copy_whole_filesystem(copy: Copy) -> Iterator[Problem]:
    """A whole other image laid over this one."""
    sources = copy.sources.value or ()
    if copy.origin.value and "/" in sources and copy.destination.value == "/":
        message = (
            f"this lays all of `{copy.origin.value}` over the stage, its tools and leftovers included; copy the paths "
            "that are needed"
        )
        yield Problem(message, copy.sources.places[sources.index("/")], fact="sources")


def copy_context_recursive(copy: Copy) -> Iterator[Problem]:
    """Folders of the context that hold what nobody means to ship, and nothing leaves it out."""
    context, stage = copy.dockerfile.context, copy.stage
    if not context or not stage or not (stage.is_shipped.value or stage.is_source.value):
        return
    for text, path, span in _known_sources(copy):
        folder = path.rpartition("/")[0] or "." if path.rpartition("/")[2] == "*" else path
        found = () if is_pattern(folder) else context.private(folder)
        found = found if stage.is_shipped.value else tuple(name for name in found if base_name(name) != ".git")
        if found:
            names = " and ".join(f"`{name}`" for name in found[:2])
            more = f" and {len(found) - 2} more" if len(found) > 2 else ""
            file = context.ignore.source.path if context.ignore else ".dockerignore"
            into = "the image" if stage.is_shipped.value else str(stage)
            message = f"`{text}` takes {names}{more} into {into}; list what the image does not need in `{file}`"
            yield Problem(message, Place(span), detail=text)


def copy_secret_file(copy: Copy) -> Iterator[Problem]:
    """Credentials that become part of a layer of an image."""
    stage = copy.stage
    if stage is None or not stage.is_shipped.value or _is_from_image(copy):
        return
    named = stage.credential_files if stage.is_output.value else {}
    target = copy.node.args[-1].value if copy.node.args else ""
    pointed = next((name for name in VARIABLES if target in (f"${name}", f"${{{name}}}")), "")
    for text, kind, span in copy.read_sources:
        if kind in ("url", "git", "heredoc") or is_pattern(text):
            continue
        what, place = _secret(copy, text), named.get(_landing(copy, text))
        if place or pointed:
            what = f"what `{place.name if place else pointed}` names"
        if what:
            message = (
                f"`{text}` is {what}, and everybody who has the image can read it; give it to the build with "
                "`RUN --mount=type=secret`, or to the container when it starts"
            )
            yield Problem(message, Place(span), (Place(place.span, "names it"),) if place else (), detail=text)


def _is_from_image(copy: Copy) -> bool:
    """Whether the files come from an image, which its readers have already."""
    name = copy.origin.value
    return (
        bool(name) and not (name or "").isdigit() and (name or "").lower() not in copy.dockerfile.parsed.stage_numbers
    )


def _secret(copy: Copy, text: str) -> str:
    """What a source is, if it is a file of credentials that gets into the build."""
    target = copy.destination.value or ""
    context = copy.dockerfile.context
    path = None if "$" in text or copy.node.flag("from") or copy.in_onbuild.value else in_context(text)
    if context is None or path is None:
        return secret_kind(text, target)
    what = context.secret_kind(path, target)
    return what if what and not context.leaves_out(path) else ""


def _landing(copy: Copy, text: str) -> str:
    """Where a source ends up, as the destination is written; "" when that is unknown."""
    target = copy.destination.value
    if target is None:
        return ""
    if target in (".", "./"):
        return base_name(text)
    if not copy.destination_is_directory.value:
        return target.removeprefix("./")
    name = base_name(text)
    return f"{target.rstrip('/')}/{name}".removeprefix("./") if name else ""


def archive_then_extract(copy: Copy) -> Iterator[Problem]:
    """Archives that are copied and then unpacked: both stay in the image."""
    if not _is_plain(copy):
        return
    for text, kind, span in copy.read_sources:
        if kind not in ("local", "archive", "unknown"):
            continue
        names = [name for name in (base_name(text), base_name(copy.destination.value or "")) if is_archive(name)]
        calls = [(name, call) for name in names if (call := _later(copy, "unpack", name))]
        for name, call in calls[:1]:
            repack = "" if is_tar(name) or name.lower().endswith(".gz") else ", packed with gzip, bzip2, xz or zstd,"
            message = (
                f"`{text}` stays in a layer beside what is unpacked from it; ADD unpacks an archive{repack} as it "
                "copies it"
            )
            yield Problem(message, Place(span), (Place(call, "unpacked here"),), detail=text)


def prefer_copy_chmod(copy: Copy) -> Iterator[Problem]:
    """Files whose mode a RUN changes, which stores them a second time."""
    if not _is_plain(copy) or copy.chmod.places or len(copy.read_sources) != 1:
        return
    text, kind, _ = copy.read_sources[0]
    target = _landing(copy, "" if kind == "heredoc" else text)
    call = _later(copy, "chmod", target) if target else None
    if call:
        message = f"the chmod of `{target}` stores the file a second time; add `--chmod=` to this {copy.name} instead"
        yield Problem(message, Place(copy.span), (Place(call, "its mode is set here"),), fact="chmod", detail=target)


def _is_plain(copy: Copy) -> bool:
    """Whether it runs in its own stage, with files of the context."""
    return copy.stage is not None and not copy.in_onbuild.value and not copy.node.flag("from")


def _later(copy: Copy, what: str, name: str) -> Span | None:
    """The word of a later command of the stage that is about a name."""
    assert copy.stage
    found = copy.stage.last_calls.get((what, name))
    return found[1].program if found and found[0] > copy.stage.moments[id(copy)].number else None


def chown_to_nonroot(copy: Copy) -> Iterator[Problem]:
    """Files that are given to the user that the container runs as."""
    owner = (copy.chown.value or "").partition(":")[0]
    if owner in ROOT or "$" in owner or not copy.stage or not copy.stage.is_shipped.value:
        return
    message = (
        f"`{owner}` may change what is copied here; leave the files to root, and give away only folders that are "
        "written to"
    )
    yield Problem(message, copy.chown.places[0], fact="chown")


def copy_after_user(copy: Copy) -> Iterator[Problem]:
    """Files that belong to root although another user was chosen before."""
    if copy.stage is None or copy.in_onbuild.value or copy.chown.places:
        return
    user = copy.stage.moments[id(copy)].user
    name = _user(user) if user else ""
    if user and name not in ROOT:
        message = (
            f"`{name}` is the user here, but what {copy.name} creates belongs to root; add `--chown={name}` if it "
            f"writes there, else move {copy.name} above USER"
        )
        yield Problem(message, Place(copy.span), (Place(user.node.span, "USER is set here"),), fact="chown")


def _user(instruction: Instruction) -> str:
    """Name or number of a USER without its group; "" when a variable decides."""
    words = instruction.node.args
    return "" if not words or "$" in words[0].value else words[0].value.partition(":")[0].strip()


def prefer_vex_attestation(copy: Copy) -> Iterator[Problem]:
    """VEX documents inside the image."""
    for text, kind, span in copy.read_sources:
        name = base_name(text).lower()
        if kind in ("local", "unknown", "url") and (name.endswith(VEX) or name in ("vex.json", "openvex.json")):
            message = (
                f"scanners look for `{text}` in an attestation, not among the files of the image; attach it to the "
                "image when it is pushed"
            )
            yield Problem(message, Place(span), detail=text)
