"""A test client that checks every page it fetches, and fills in forms as a browser would."""

from collections import Counter
from functools import lru_cache

import html5lib
from flask.testing import FlaskClient

NAMESPACE = "{http://www.w3.org/1999/xhtml}"


class PageClient(FlaskClient):
    """A client whose every HTML answer must be a sound page."""

    def open(self, *args, **kwargs):
        response = super().open(*args, **{"buffered": True} | kwargs)
        if response.mimetype == "text/html" and response.status_code not in (301, 302, 303, 308):
            check_page(response.text, f"{response.request.method} {response.request.url}")
        return response

    def send(self, path, changes=None, button=None, follow=True):
        """Open a page, change fields of its form (None leaves a field out, a list gives several), and send it."""
        values = form_values(self.get(path).text)
        for name, value in (changes or {}).items():
            values.pop(name, None)
            if value is not None:
                values[name] = value
        if button:
            values[button[0]] = button[1]
        return self.post(path, data=values, follow_redirects=follow)


@lru_cache(8)
def parsed(html):
    """Return (document, errors); the document is shared by all who look at a page, so nobody may change it."""
    parser = html5lib.HTMLParser()
    document = parser.parse(html)
    return document, parser.errors


def elements(document, *names):
    return [e for e in document.iter() if isinstance(e.tag, str) and e.tag.removeprefix(NAMESPACE) in names]


def words(element):
    return " ".join("".join(element.itertext()).split())


def check_page(html, page):
    """Fail unless the page parses without errors, has one h1 and a title, unique ids, and a label for each control."""
    document, errors = parsed(html)
    assert not errors, f"{page}: {[error[1] for error in errors]}"
    assert len(elements(document, "h1")) == 1, f"{page}: {len(elements(document, 'h1'))} h1"
    assert words(elements(document, "h1")[0]), f"{page}: an empty h1"
    assert words(elements(document, "title")[0]), f"{page}: no title"
    twice = [name for name, n in Counter(e.get("id") for e in document.iter() if e.get("id")).items() if n > 1]
    assert not twice, f"{page}: ids twice: {twice}"
    labelled = {label.get("for") for label in elements(document, "label")}
    for control in elements(document, "input", "select", "textarea"):
        if control.get("type") not in ("hidden", "submit"):
            fine = control.get("id") in labelled or control.get("aria-label")
            assert fine, f"{page}: no label for {control.get('name')}"
    known = {e.get("id") for e in document.iter()}
    for e in document.iter():
        for attribute in ("aria-describedby", "aria-labelledby"):
            for target in (e.get(attribute) or "").split():
                assert target in known, f"{page}: {attribute} names {target}, which is not there"
    assert "style=" not in html, f"{page}: an inline style"
    assert not any(words(script) for script in elements(document, "script")), f"{page}: an inline script"


def form_values(html):
    """Return {name: value or list of values} of the page's form that is sent by POST, as a browser would send it."""
    document, _errors = parsed(html)
    return control_values(next(f for f in elements(document, "form") if f.get("method") == "post"))


def control_values(form):
    """Return {name: value or list of values} of a form, as a browser would send it."""
    values = {}
    for control in elements(form, "input", "select", "textarea"):
        name, kind = control.get("name"), control.get("type")
        if not name:
            continue
        if control.tag.endswith("select"):
            chosen = [o.get("value") for o in elements(control, "option") if o.get("selected") is not None]
            values[name] = chosen[0] if chosen else elements(control, "option")[0].get("value")
        elif control.tag.endswith("textarea"):
            values[name] = (control.text or "").removeprefix("\n")
        elif kind == "checkbox":
            if control.get("checked") is not None:
                values.setdefault(name, []).append(control.get("value"))
        elif kind == "radio":
            if control.get("checked") is not None:
                values[name] = control.get("value")
        else:
            values[name] = control.get("value") or ""
    return values
