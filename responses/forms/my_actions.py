"""What is sent from one line of "My actions"."""

from django import forms

# Longer than anyone types on a telephone; what does not fit is no sentence.
LONGEST = 5_000
KEY = r"^[0-9A-Za-z-]{8,40}$"


class TellForm(forms.Form):
    """A status, a sentence, and how the page stood. Whether they will do, the rule says."""

    status = forms.CharField(required=False, max_length=40)
    comment = forms.CharField(required=False, max_length=LONGEST)
    reason_code = forms.CharField(required=False, max_length=40)
    url = forms.CharField(required=False, max_length=2_000)
    file = forms.FileField(required=False, allow_empty_file=True)
    key = forms.RegexField(KEY)
    seen = forms.IntegerField(min_value=0)
    changes = forms.IntegerField(required=False)  # the update (id) that this corrects
