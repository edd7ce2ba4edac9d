//! Who has which role.

use std::borrow::Cow;

use super::{super::words::join, Object, Row};

pub(super) fn binding(object: &Object<'_>, row: &mut Row) {
    let [role, subjects] = object.root.members(["roleRef", "subjects"]);
    let [kind, name] = role.members(["kind", "name"]);
    row.cells = vec![object.name(), format!("{}/{}", kind.text(), name.text()).into(), object.age()];
    for wanted in ["User", "Group", "ServiceAccount"] {
        let subjects = subjects.items().filter_map(|subject| {
            let [kind, namespace, name] = subject.members(["kind", "namespace", "name"]);
            kind.is(wanted).then(|| match wanted {
                "ServiceAccount" => Cow::Owned(format!("{}/{}", namespace.text(), name.text())),
                _ => name.text(),
            })
        });
        row.cells.push(join(subjects, ", ").into());
    }
}
