"""What a person wrote by mail, to be confirmed as it was read or as they put it now."""

from typing import Any

from django import forms
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from evaltrack.forms import like
from recommendations.choices import CommonStatus
from recommendations.profiles import in_language
from responses import badges
from responses.forms.progress import reasons, set_choices
from responses.models import ProgressUpdate, Proposal


class ProposalForm(forms.Form):
    """One update: a status in the organisation's words, and what there is to say."""

    status = forms.ChoiceField(label=_("Status"), required=False)
    reason_code = forms.ChoiceField(label=_("Why it is no longer done"), required=False)
    comment = like(ProgressUpdate, "comment", widget=forms.Textarea(attrs={"rows": 2, "dir": "auto"}))

    def __init__(self, data: Any, proposal: Proposal, *, seen: bool) -> None:
        """``seen`` is whether the person may still know how the key action stands."""
        prefix = f"p{proposal.pk}"
        initial = {"status": proposal.status, "comment": proposal.comment}
        super().__init__(data, prefix=prefix, initial=initial, label_suffix="")
        rules = proposal.action.answer.response.evaluation.profile.rules
        language = get_language() or "en"
        now = badges.of_status(rules, proposal.action.status).words if seen else "–"
        words = [(one.code, in_language(one.labels, language)) for one in rules.statuses]
        set_choices(self, "status", [("", _("As it was: %(status)s") % {"status": now}), *words])
        set_choices(self, "reason_code", reasons(rules.drop_reasons))
        chosen = data.get(f"{prefix}-status", "") if data else proposal.status
        if rules.common(chosen) != CommonStatus.DROPPED:
            del self.fields["reason_code"]
