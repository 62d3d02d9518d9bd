"""Evidence in the API: what is attached to an update, attaching to it, and the files themselves."""

from typing import Any

from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django_filters import rest_framework as filters
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema, extend_schema_field
from rest_framework import exceptions, serializers
from rest_framework.decorators import action
from rest_framework.parsers import MultiPartParser
from rest_framework.request import Request
from rest_framework.reverse import reverse

from evaltrack import files
from evaltrack.api.errors import Parser
from evaltrack.api.fields import Moment, RowSerializer, VisibleField, Words
from evaltrack.api.lists import IdFilter
from evaltrack.api.views import Creatable
from evaltrack.models import StoredFile
from evaltrack.views import files as sending
from evaltrack.web import require
from responses import evidence, evidence_shown
from responses.models import Evidence, ProgressUpdate


class EvidenceSerializer(RowSerializer[Evidence]):
    """A file or a link. ``sha256``, ``size`` (bytes), ``media_type`` and ``scan`` are those of a file."""

    update = VisibleField(queryset=ProgressUpdate.objects.present())  # type: ignore[assignment]
    file = serializers.FileField(write_only=True, required=False)
    url = Words(required=False, allow_blank=True, allow_null=True)
    name = Words(required=False, allow_blank=True, allow_null=True)
    sha256 = Words(source="file.sha256", read_only=True, allow_null=True, default=None)
    size = serializers.IntegerField(source="file.size", read_only=True, allow_null=True, default=None)
    media_type = Words(source="file.media_type", read_only=True, allow_null=True, default=None)
    scan = Words(source="file.scan", read_only=True, allow_null=True, default=None)
    download = serializers.SerializerMethodField(help_text=gettext_lazy("where the file is, for a while yet"))
    added_by = serializers.SlugRelatedField[Any](slug_field="name", read_only=True, allow_null=True)
    added_at = Moment(read_only=True)

    class Meta:
        model = Evidence
        fields = (
            "id", "update", "name", "url", "file", "sha256", "size", "media_type", "scan", "download",
            "added_by", "added_at",
        )  # fmt: skip

    @extend_schema_field({"type": ["string", "null"]})
    def get_download(self, row: Evidence) -> str | None:
        return reverse("v1:evidence-file", args=[row.pk]) if row.file else None

    def validate(self, data: dict[str, Any]) -> dict[str, Any]:
        if bool(data.get("file")) == bool(data.get("url")):
            raise serializers.ValidationError(_("Give either a file or a url, and not both."))
        return data


class EvidenceFilter(filters.FilterSet):  # type: ignore[misc]
    update = IdFilter("update", label=gettext_lazy("Id of a progress update."))
    action = IdFilter("update__action", label=gettext_lazy("Id of a key action."))
    answer = IdFilter("update__answer", label=gettext_lazy("Id of an answer."))
    evaluation = IdFilter(method="under", label=gettext_lazy("Id of an evaluation."))

    class Meta:
        model = Evidence
        fields: list[str] = []

    def under(self, rows: Any, field: str, value: int) -> Any:
        return rows.filter(
            Q(update__action__answer__response__evaluation=value)
            | Q(update__answer__response__evaluation=value)
        )


class AllEvidence(Creatable[Evidence]):
    """Files and links that show what an update says."""

    queryset = Evidence.objects.present().select_related("file", "added_by")
    serializer_class = EvidenceSerializer
    filterset_class = EvidenceFilter
    parser_classes = [Parser, MultiPartParser]

    def make(self, **values: Any) -> Evidence:
        now, update, sent = timezone.localtime(), values["update"], values.get("file")
        require(evidence.may_attach(self.person, evidence.subject_of(update)))
        if sent:
            attachment = evidence.uploaded(files.Upload(sent, sent.name, sent.size), now=now)
        else:
            attachment = evidence.linked(values["url"], values.get("name") or "")
        made = evidence.attach(update, [attachment], by=self.person, now=now)
        if made:
            return made[0]
        same = Evidence.objects.present().filter(update=update, file=attachment.file, url=attachment.url)
        return same.order_by("pk")[0]

    @extend_schema(
        summary=gettext_lazy("Read the file"),
        responses={(200, "*/*"): OpenApiTypes.BINARY},
    )
    @action(detail=True, pagination_class=None, filter_backends=[])
    def file(self, request: Request, pk: int) -> Any:
        """The bytes as they were uploaded; 403 while the malware scanner has not looked at them."""
        row = self.get_object()
        if row.file is None or row.file.scan == StoredFile.Scan.INFECTED:
            raise exceptions.NotFound
        require(evidence_shown.may_open(row, self.person), _("This file is still being checked for malware."))
        return sending.download(request._request, row.file, row.name)
