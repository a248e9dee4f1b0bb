"""A group's page of places to turn to, and its facilitators' forms for it."""

from uuid import UUID

from flask import abort, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_login import login_required
from wtforms import RadioField, SelectField, ValidationError
from wtforms.validators import DataRequired, Length

from supportgroup.db import transaction
from supportgroup.errors import Refused
from supportgroup.fields import Form, Line, among, choices
from supportgroup.groups import resources
from supportgroup.groups.access import enter, enter_as_facilitator
from supportgroup.groups.models import ResourceKind
from supportgroup.groups.resources import BAD_LINK, Place, is_good_link
from supportgroup.groups.views import bp
from supportgroup.languages import gettext as _
from supportgroup.languages import lazy_gettext as _l
from supportgroup.safety.crisis import countries

ROOM = "/g/<slug:slug>/resources"
KINDS = {
    ResourceKind.CRISIS: _l("A crisis line"),
    ResourceKind.DIRECTORY: _l("A directory of therapists"),
    ResourceKind.OTHER: _l("Something else"),
}
HEADINGS = {
    ResourceKind.CRISIS: _l("Crisis lines"),
    ResourceKind.DIRECTORY: _l("Finding a therapist"),
    ResourceKind.OTHER: _l("And also"),
}


class ResourceForm(Form):
    title = Line(
        _l("What is it?"), [DataRequired(_l("Say what it is.")), Length(max=100, message=_l("Up to 100 letters."))]
    )
    url = Line(_l("Its address"), [DataRequired(BAD_LINK), Length(max=500, message=_l("Up to 500 letters."))])
    kind = RadioField(
        _l("What kind of place?"), choices=choices(KINDS), coerce=among(ResourceKind), default=ResourceKind.DIRECTORY
    )
    country = SelectField(_l("For which country?"), validate_choice=False)
    words = Line(_l("A line about it"), [Length(max=200, message=_l("Up to 200 letters."))])

    def __init__(self, **kwargs: object) -> None:
        super().__init__(**kwargs)
        self.names = {"": _("Any"), **{country.code: country.name for country in countries()}}
        self.country.choices = choices(self.names)

    def validate_url(self, field: Line) -> None:
        if not is_good_link(field.data or ""):
            raise ValidationError(BAD_LINK)

    def validate_country(self, field: SelectField) -> None:
        if (field.data or "") not in self.names:
            raise ValidationError(_("Choose a country from the list."))
        if not field.data and self.kind.data is ResourceKind.CRISIS:
            raise ValidationError(_("Say for which country it is: who is in need should not call in vain."))

    def place(self) -> Place:
        """What was filled in."""
        return Place(
            title=self.title.data or "",
            url=self.url.data or "",
            kind=self.kind.data,
            country=self.country.data or "",
            words=self.words.data or "",
        )


@bp.get(ROOM)
@login_required
def resource_list(slug: str) -> ResponseReturnValue:
    me = enter(slug)
    names = {country.code: country.name for country in countries()}
    kept = resources.resources(me.group_id)
    return render_template("groups/resources.html", me=me, kept=kept, headings=HEADINGS, countries=names)


@bp.route(f"{ROOM}/new", methods=["GET", "POST"])
@login_required
def new_resource(slug: str) -> ResponseReturnValue:
    me = enter_as_facilitator(slug)
    form = ResourceForm()
    if form.validate_on_submit():
        try:
            with transaction():
                resources.keep(by=me, place=form.place())
            flash(_("It stands on the page."))
            return redirect(url_for(".resource_list", slug=slug), 303)
        except Refused as refusal:
            form.form_errors.append(str(refusal))
    page = render_template("groups/resource.html", me=me, form=form, resource=None)
    return page, 422 if form.errors else 200


@bp.route(f"{ROOM}/<uuid:resource_id>", methods=["GET", "POST"])
@login_required
def edit_resource(slug: str, resource_id: UUID) -> ResponseReturnValue:
    me = enter_as_facilitator(slug)
    resource = resources.resource(me, resource_id) or abort(404)
    names = ("title", "url", "kind", "country", "words")
    form = ResourceForm(**{name: getattr(resource, name) for name in names})
    if form.validate_on_submit():
        try:
            with transaction():
                resources.change(by=me, resource_id=resource_id, place=form.place())
            flash(_("Saved."))
            return redirect(url_for(".resource_list", slug=slug), 303)
        except Refused as refusal:
            form.form_errors.append(str(refusal))
    page = render_template("groups/resource.html", me=me, form=form, resource=resource)
    return page, 422 if form.errors else 200


@bp.post(f"{ROOM}/<uuid:resource_id>/take-away")
@login_required
def take_away_resource(slug: str, resource_id: UUID) -> ResponseReturnValue:
    me = enter_as_facilitator(slug)
    resource = resources.resource(me, resource_id) or abort(404)
    with transaction():
        resources.take_away(by=me, resource_id=resource.id)
    flash(_("Taken away."))
    return redirect(url_for(".resource_list", slug=slug), 303)
