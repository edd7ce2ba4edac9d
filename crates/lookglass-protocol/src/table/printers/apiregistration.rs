//! Group versions, and who serves them.

use super::{super::Cell, Object, Row};

pub(super) fn api_service(object: &Object<'_>, row: &mut Row) {
    let service = object.spec.member("service");
    let service: Cell = if service.is_set() {
        let [namespace, name] = service.members(["namespace", "name"]);
        format!("{}/{}", namespace.text(), name.text()).into()
    } else {
        "Local".into()
    };
    let conditions = object.status.member("conditions");
    let available = conditions.items().find(|condition| condition.member("type").is("Available"));
    let available: Cell = match available.map(|condition| condition.members(["status", "reason"])) {
        Some([status, reason]) => match reason.filled() {
            Some(reason) if !status.is("True") => format!("{} ({reason})", status.text()).into(),
            _ => status.into(),
        },
        None => "Unknown".into(),
    };
    row.cells = vec![object.name(), service, available, object.age()];
}
