"""A person's own reflections. No page here shows anything to anybody else."""

from uuid import UUID

from flask import Blueprint, Response, abort, flash, jsonify, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user, login_required

from supportgroup.accounts.access import proof_required
from supportgroup.db import transaction
from supportgroup.languages import gettext as _
from supportgroup.reflections import looking_back, phrases, queries, service
from supportgroup.reflections.forms import ElsewhereForm, NoteForm, ReflectionForm
from supportgroup.reflections.models import Prompt
from supportgroup.safety.heavy import offer_help

bp = Blueprint("reflections", __name__, url_prefix="/me/reflections")


@bp.app_context_processor
def words() -> dict[str, object]:
    """What the partials say that pages of other rooms show."""
    return {"reflection_words": phrases}


@bp.get("")
@login_required
def index() -> ResponseReturnValue:
    looks = queries.looks(current_user.id)
    shown = queries.reflections(current_user.id, after=request.args.get("after"))
    return render_template(
        "reflections/index.html",
        reflections=shown,
        said_yes=queries.SaidYes.names(current_user.id, {one.ask_id for one in shown.items if one.ask_id}),
        notes=queries.notes(current_user.id, after=request.args.get("notes")),
        guesses=looking_back.guesses(looks),
        unease=looking_back.unease(looks),
    )


@bp.route("/new", methods=["GET", "POST"])
@login_required
def new() -> ResponseReturnValue:
    """About something asked elsewhere: of a colleague, a friend, a partner."""
    form = ElsewhereForm()
    if form.validate_on_submit():
        with transaction():
            service.note_elsewhere(
                account_id=current_user.id, about=form.about.data or "", before=form.before(), after=form.after()
            )
        flash(_("Kept, for you alone."))
        offer_help(form.note.data, form.own_thought.data)
        return redirect(url_for(".index"), 303)
    return render_template("reflections/new.html", form=form), 422 if form.errors else 200


@bp.route("/<uuid:reflection_id>", methods=["GET", "POST"])
@login_required
def edit(reflection_id: UUID) -> ResponseReturnValue:
    """One reflection, to look at again."""
    reflection = queries.reflection(current_user.id, reflection_id) or abort(404)
    form = ElsewhereForm(obj=reflection) if reflection.elsewhere else ReflectionForm(obj=reflection)
    if form.validate_on_submit():
        with transaction():
            service.change(
                account_id=current_user.id,
                reflection_id=reflection_id,
                about=form.about.data or "" if isinstance(form, ElsewhereForm) else "",
                before=form.before(),
                after=form.after(),
            )
        flash(_("Kept, for you alone."))
        offer_help(form.note.data, form.own_thought.data)
        return redirect(url_for(".index"), 303)
    return render_template("reflections/edit.html", form=form, reflection=reflection), 422 if form.errors else 200


@bp.post("/<uuid:reflection_id>/erase")
@login_required
def erase(reflection_id: UUID) -> ResponseReturnValue:
    with transaction():
        service.erase(account_id=current_user.id, reflection_id=reflection_id)
    flash(_("Erased."))
    return redirect(url_for(".index"), 303)


@bp.route("/questions/<any(need, past):prompt>", methods=["GET", "POST"])
@login_required
def question(prompt: str) -> ResponseReturnValue:
    """A question to write to: what I need now; and on a page of its own, by choice, what happened to me."""
    form = NoteForm()
    if form.validate_on_submit():
        with transaction():
            service.write_note(account_id=current_user.id, prompt=Prompt(prompt), text=form.text.data or "")
        flash(_("Kept, for you alone."))
        offer_help(form.text.data)
        return redirect(url_for(".index", _anchor="notes"), 303)
    return render_template(f"reflections/{prompt}.html", form=form), 422 if form.errors else 200


@bp.post("/notes/<uuid:note_id>/erase")
@login_required
def erase_note(note_id: UUID) -> ResponseReturnValue:
    with transaction():
        service.erase_note(account_id=current_user.id, note_id=note_id)
    flash(_("Erased."))
    return redirect(url_for(".index", _anchor="notes"), 303)


@bp.post("/export")
@proof_required
def export() -> Response:
    """Everything, as a file to keep."""
    response = jsonify(service.export(current_user.id))
    response.headers["Content-Disposition"] = 'attachment; filename="reflections.json"'
    return response


@bp.route("/erase", methods=["GET", "POST"])
@proof_required
def erase_all() -> ResponseReturnValue:
    """Erase all of it, after a page that says what that is."""
    if request.method == "GET":
        return render_template("reflections/erase.html")
    with transaction():
        service.erase_all(current_user.id)
    flash(_("Erased, all of it."))
    return redirect(url_for(".index"), 303)
