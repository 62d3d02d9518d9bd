"""The gathered lines of a file as a matrix, with the place of each value and every doubt."""

import re
from collections.abc import Iterable, Sequence
from datetime import date

from django.utils.translation import gettext as _

from evaltrack import deadlines
from evaltrack.deadlines import Deadline
from evaltrack.documents.content import Content
from evaltrack.responsible_reading import read as parties_in
from recommendations.profiles import Profile
from responses.matrix import document
from responses.matrix.readers import decisions, promises, ratings, statuses, values
from responses.matrix.readers.gathering import Action, Gathered, Recommendation, Round
from responses.matrix.readers.labels import folded
from responses.matrix.readers.lines import Line
from responses.matrix.reading import Doubt, LeftOut, Origin, Source

_NOTHING = re.compile(
    r"\W*(?:n/?a|none|nil|not applicable|no (?:key )?actions?(?: (?:required|needed|planned|foreseen))?"
    r"|aucune?"
    r"(?: (?:action|mesure)\b.{0,30})?|neant|sans objet|ninguna?(?: (?:accion|medida)\b.{0,30})?"
    r"|no aplica)?\W*"
)


class Builder:
    """Makes the parts of one matrix, and keeps what it is unsure of."""

    def __init__(self, gathered: Gathered, content: Content, profile: Profile, issued: date | None) -> None:
        self.gathered = gathered
        self.content = content
        self.profile = profile
        self.issued = issued
        self.sources: dict[str, Source] = {}
        self.doubts: list[Doubt] = []
        self.left_out: list[LeftOut] = []

    # Recommendations ------------------------------------------------------------------------------------

    def recommendations(self) -> tuple[document.Recommendation, ...]:
        made: list[document.Recommendation] = []
        for found in self.gathered.recommendations:
            if self._is_empty(found):
                continue
            made.append(self._recommendation(found, len(made)))
        return tuple(made)

    def _is_empty(self, found: Recommendation) -> bool:
        """A blank block of the form, printed and never filled in."""
        lines = [line for lines in found.fields.values() for line in lines]
        rounds = [line for one in found.rounds for line in (*one.status, *one.comment)]
        return not (lines or rounds or found.listed or found.actions)

    def _recommendation(self, found: Recommendation, index: int) -> document.Recommendation:
        path = f"recommendations[{index}]"
        number = found.number or str(index + 1)
        if not found.number:
            self._doubt(path, _("It has no number in the file; it was counted."))
        text, points = self._text(found, path)
        priority, note = self._priority(found, path)
        return document.Recommendation(
            number=number,
            text=text,
            rationale=self._paragraphs(found.fields.get("rationale"), f"{path}.rationale"),
            directed_to=self._words(found.fields.get("directed_to"), f"{path}.directed_to"),
            responsible=self._responsible(found.fields.get("responsible_units"), f"{path}.responsible"),
            priority=priority,
            priority_note=note,
            timeline=self._deadline(found.fields.get("timeline"), f"{path}.timeline"),
            sub_points=points,
            response=self._response(found, path),
            actions=self._actions(found, path, number),
            monitoring=self._monitoring(found, path),
        )

    def _text(self, found: Recommendation, path: str) -> tuple[str, tuple[document.SubPoint, ...]]:
        lines = found.fields.get("text", [])
        prose, items = values.parted(lines)
        own = found.fields.get("sub_points", [])
        if own:
            items += values.items_of(own)
        if not prose and items:
            first, *items = items
            prose = list(first.lines)
        points, flattened = values.sub_points(items)
        for place, item in enumerate(items):
            self._source(f"{path}.sub_points[{place}]", item.lines)
        if flattened:
            self._doubt(
                f"{path}.sub_points", _("Sub-points stood deeper than two levels; they are kept in two.")
            )
        text = values.paragraphs(prose)
        self._source(f"{path}.text", prose)
        if not text:
            self._doubt(f"{path}.text", _("The recommendation has no text."))
        return text, points

    def _priority(self, found: Recommendation, path: str) -> tuple[int | None, str | None]:
        lines = found.fields.get("priority", [])
        note = self._words(found.fields.get("priority_note"), f"{path}.priority_note")
        if not lines:
            return None, note
        printed = values.one_text(lines)
        rated = ratings.read(printed, self.profile)
        if rated.level is not None:
            self._source(f"{path}.priority", lines)
        if rated.note and not note:
            note = rated.note
            self._source(f"{path}.priority_note", lines)
        if not rated.certain:
            self._doubt(
                f"{path}.priority", _("“%(words)s” is not quite a level of the scale.") % {"words": printed}
            )
        return rated.level, note

    # The answer -----------------------------------------------------------------------------------------

    def _response(self, found: Recommendation, path: str) -> document.Response:
        """The decision under its own label, else out of what stands under that of the response."""
        own, lines = found.fields.get("decision", []), list(found.fields.get("management_response", []))
        more = found.fields.get("narrative", [])
        place = f"{path}.response.decision"
        decided = decisions.Decided(None)
        for candidates, is_own in ((own, True), (lines, False), (more, False)):
            if decided.code is None and candidates:
                decided, used = self._decided(candidates, place)
                if used and not is_own:
                    (lines if candidates is lines else more)[:] = candidates[used:]
                elif is_own and not used:
                    lines = [*candidates, *lines]
        for line in found.fields.get("options", []) if decided.code is None else []:
            decided = decisions.of_marked(line)
            self.sources[place] = Source(line.place, line.text.strip())
        narrative_lines = [*lines, *more]
        narrative = self._paragraphs(narrative_lines, f"{path}.response.narrative")
        if decided.code is None and narrative:
            self._doubt(place, _("No decision was found in the response."))
        code = decided.code.value if decided.code else None
        if code and self.profile.decision(code) is None:
            self._doubt(place, _("The rule profile knows no such decision."))
        return document.Response(code, narrative)

    def _decided(self, lines: Sequence[Line], path: str) -> tuple[decisions.Decided, int]:
        """The decision in the first paragraphs, and how many of them say nothing but that."""
        used = 0
        for place, line in enumerate(lines[:3]):
            decided = decisions.read(line.text)
            options = decided.is_all and decided.code is None
            if options:
                decided = decisions.of_marked(line)
            if options and decided.code is None:
                self.left_out.append(
                    LeftOut(line.text.strip(), line.place, _("The options of the form, none of them chosen."))
                )
                used = place + 1
                continue
            if decided.code is not None:
                origin = Origin.PRINTED if decided.certain else Origin.READ
                self.sources[path] = Source(line.place, decided.words.strip(), origin)
                if not decided.certain:
                    where = _("first sentence") if place == used else _("text")
                    self._doubt(path, _("The decision was read from the %(where)s.") % {"where": where})
                used = place + 1 if decided.is_all and place == used else used
                return decided, self._past_options(lines, used) if decided.is_all else used
        return decisions.Decided(None), used

    def _past_options(self, lines: Sequence[Line], used: int) -> int:
        """How many lines are the answer with the options below it that were not chosen, one a line."""
        why = _("An option of the form that was not chosen.")
        while used < len(lines) and decisions.is_unticked(lines[used].text):
            self._leave_out(lines[used : used + 1], why)
            used += 1
        return used

    # Key actions ----------------------------------------------------------------------------------------

    def _actions(self, found: Recommendation, path: str, number: str) -> tuple[document.Action, ...]:
        gathered = [*found.actions, *self._listed(found)]
        made: list[document.Action] = []
        for one in gathered:
            lines = one.fields.get("key_action", [])
            if _NOTHING.fullmatch(folded(values.one_text(lines)).strip()):
                self.left_out += [
                    LeftOut(line.text.strip(), line.place, _("It says that there is no key action."))
                    for line in lines
                    if line.text.strip(" -–—.")
                ]
                continue
            made.append(self._action(one, f"{path}.actions[{len(made)}]", f"{number}.{len(made) + 1}"))
        return tuple(made)

    def _listed(self, found: Recommendation) -> list[Action]:
        """The actions of a list, with the lines that were attached to each."""
        lines = list(found.listed)
        dropped = 0
        items = values.items_of(lines)
        if len(items) > 1 and self._announces(items[0], lines):
            line = items[0].lines[0]
            self.left_out.append(LeftOut(line.text.strip(), line.place, _("It announces the key actions.")))
            items, dropped = items[1:], len(items[0].lines)
        actions, ends, count = [], [], dropped
        for item in items:
            action = Action(number=item.number)
            lines_of_item = item.lines
            if not item.number and item.lines[0].paragraph.level is None:
                action.number, first = values.number_before(item.lines[0])
                lines_of_item = (first, *item.lines[1:])
            action.add("key_action", lines_of_item)
            actions.append(action)
            count += len(item.lines)
            ends.append(count)
        for after, key, line in found.attached:
            place = next((at for at, end in enumerate(ends) if after <= end), len(ends) - 1)
            if actions:
                actions[place].add(key, (line,))
        return actions

    def _announces(self, item: values.Item, lines: Sequence[Line]) -> bool:
        first = item.lines[0]
        is_item = first.paragraph.level is not None or item.number
        others = any(line.paragraph.level is not None for line in lines) or len(lines) > 1
        return not is_item and others and len(item.lines) == 1 and first.text.rstrip().endswith(":")

    def _action(self, found: Action, path: str, number: str) -> document.Action:
        lines = found.fields.get("key_action", [])
        text = values.item_text(lines)
        self._source(f"{path}.text", lines)
        deadline = self._deadline(found.fields.get("deadline"), f"{path}.deadline")
        who = self._responsible(found.fields.get("responsible"), f"{path}.responsible")
        if not found.from_table and (deadline is None or who is None):
            deadline, who = self._promised(lines, path, deadline, who)
        status = self._status(found.fields.get("status", []), f"{path}.status")
        return document.Action(
            number=number,
            text=text,
            deadline=deadline,
            responsible=who,
            comment=self._paragraphs(found.fields.get("comment"), f"{path}.comment"),
            status=status.code,
            status_text=status.text,
        )

    def _promised(
        self,
        lines: Sequence[Line],
        path: str,
        deadline: Deadline | None,
        who: document.Responsible | None,
    ) -> tuple[Deadline | None, document.Responsible | None]:
        """What the sentence itself says of when and who."""
        for line in lines:
            promise = promises.read(line.text.strip(), issued=self.issued)
            if deadline is None and promise.deadline:
                deadline = deadlines.read(promise.deadline, issued=self.issued)
                self.sources[f"{path}.deadline"] = Source(line.place, promise.deadline, Origin.READ)
                if not promise.certain:
                    self._doubt(
                        f"{path}.deadline",
                        _("“%(words)s” was taken for the deadline; it stands in the sentence.")
                        % {"words": promise.deadline},
                    )
            if who is None and promise.responsible:
                who = document.Responsible(promise.responsible, parties_in(promise.responsible))
                self.sources[f"{path}.responsible"] = Source(line.place, promise.responsible, Origin.READ)
        return deadline, who

    # Follow-up ------------------------------------------------------------------------------------------

    def _status(self, lines: Sequence[Line], path: str) -> statuses.Found:
        text = values.one_text(lines)
        if not text:
            return statuses.Found(None, None)
        if statuses.is_list_of_options(text, self.profile):
            set_off = {*lines[0].paragraph.marked, *(run.text for run in lines[0].runs if run.bold)}
            chosen = [one for words in set_off if (one := statuses.read(words, self.profile)).code]
            if len(chosen) == 1 and chosen[0].certain:
                self._source(path, lines)
                return chosen[0]
            self.left_out.append(
                LeftOut(text, lines[0].place, _("The options of the form, none of them chosen."))
            )
            return statuses.Found(None, None)
        found = statuses.read(text, self.profile)
        self._source(path, lines)
        if found.code is None:
            self._doubt(path, _("“%(words)s” is no status of the rule profile.") % {"words": text[:80]})
        elif not found.certain:
            self._doubt(path, _("“%(words)s” was taken for a status.") % {"words": text[:80]})
        return found

    def _monitoring(self, found: Recommendation, path: str) -> tuple[document.Monitoring, ...]:
        made: dict[str, document.Monitoring] = {}
        for one in sorted(found.rounds, key=lambda one: one.time or (9 if one.final else 0)):
            name = self._round_name(one, made)
            at = f"{path}.monitoring[{len(made)}]"
            status = self._status(one.status, f"{at}.status")
            comment = self._paragraphs(one.comment, f"{at}.comment")
            if name in made:
                self._leave_out((*one.status, *one.comment), _("The round stands there a second time."))
            else:
                made[name] = document.Monitoring(name, status.code, status.text, comment)
        return tuple(made.values())

    def _round_name(self, one: Round, made: dict[str, document.Monitoring]) -> str:
        rounds = self.profile.rounds
        if one.time:
            named = (round_.name for round_ in rounds if re.search(rf"\b{one.time}\b", round_.name))
            return next(named, f"Time {one.time}")
        if rounds and one.final:
            return rounds[-1].name
        free = [round_.name for round_ in rounds if round_.name not in made]
        return free[0] if free else _("Round %(number)d") % {"number": len(made) + 1}

    # Values ---------------------------------------------------------------------------------------------

    def _paragraphs(self, lines: Sequence[Line] | None, path: str) -> str | None:
        text = values.paragraphs(lines or ())
        if text:
            self._source(path, lines or ())
        return text or None

    def _words(self, lines: Sequence[Line] | None, path: str) -> str | None:
        text = values.one_text(lines or ())
        if text:
            self._source(path, lines or ())
        return text or None

    def _responsible(self, lines: Sequence[Line] | None, path: str) -> document.Responsible | None:
        text = self._words(lines, path)
        return document.Responsible(text, parties_in(text)) if text else None

    def _deadline(self, lines: Sequence[Line] | None, path: str) -> Deadline | None:
        text = self._words(lines, path)
        return deadlines.read(" ".join(text.split()), issued=self.issued) if text else None

    def _source(self, path: str, lines: Iterable[Line]) -> None:
        said = [line for line in lines if line.text.strip()]
        if said:
            written = "\n".join(line.text.strip() for line in said)
            self.sources[path] = Source(said[0].place, written)

    def _doubt(self, path: str, sentence: str) -> None:
        self.doubts.append(Doubt(path, sentence))

    def leave_stray(self) -> None:
        """What stands below a table of key actions under no label, and the notes of the form."""
        for found in self.gathered.recommendations:
            stray = found.fields.get("after_actions", [])
            self._leave_out(stray, _("It stands below the key actions, under no label."))
        notes = self.gathered.front.get("notes", [])
        self._leave_out(notes, _("It stands under the heading of the notes."))

    def _leave_out(self, lines: Iterable[Line], why: str) -> None:
        self.left_out += [LeftOut(line.text.strip(), line.place, why) for line in lines if line.text.strip()]
