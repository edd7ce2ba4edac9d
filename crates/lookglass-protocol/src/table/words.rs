//! Texts that several printers show: lists, selectors, containers.

use std::borrow::Cow;

use super::{Cell, Node};

/// Texts with something between them.
pub(super) fn join<'a>(texts: impl IntoIterator<Item = Cow<'a, str>>, between: &str) -> String {
    let mut texts = texts.into_iter();
    let mut joined = texts.next().map(Cow::into_owned).unwrap_or_default();
    for text in texts {
        joined.push_str(between);
        joined.push_str(&text);
    }
    joined
}

/// The text, or what stands for none.
pub(super) fn or(text: Node<'_>, none: &'static str) -> Cell {
    text.filled().map_or(none.into(), |text| text.into_owned().into())
}

/// The text where the field is there at all, or what stands for none.
pub(super) fn set_or(text: Node<'_>, none: &'static str) -> Cell {
    if text.is_set() { text.into() } else { none.into() }
}

pub(super) fn filled_or(text: String, none: &'static str) -> Cell {
    if text.is_empty() { none.into() } else { text.into() }
}

/// The first three of a list, and how many more there are.
pub(super) fn three(texts: &[String]) -> String {
    let shown = texts[..texts.len().min(3)].join(",");
    if texts.len() > 3 { format!("{shown} + {} more...", texts.len() - 3) } else { shown }
}

/// A map as `a=b,c=d`.
pub(super) fn labels(map: Node<'_>) -> Cell {
    filled_or(equalities(map).join(","), "<none>")
}

fn equalities(map: Node<'_>) -> Vec<String> {
    let mut pairs: Vec<_> = map.entries().map(|(name, value)| format!("{name}={}", value.text())).collect();
    pairs.sort_unstable();
    pairs
}

/// A label selector as `a=b,c in (d,e),!f`; empty if it selects everything or is not there.
pub(super) fn selector(selector: Node<'_>) -> String {
    let [labels, expressions] = selector.members(["matchLabels", "matchExpressions"]);
    let mut terms: Vec<(Cow<'_, str>, String)> =
        labels.entries().map(|(key, value)| (key.clone(), format!("{key}={}", value.text()))).collect();
    for expression in expressions.items() {
        let [key, operator, values] = expression.members(["key", "operator", "values"]);
        let key = key.text();
        let mut values: Vec<_> = values.items().map(Node::text).collect();
        values.sort_unstable();
        let values = join(values, ",");
        let term = match &*operator.text() {
            "In" => format!("{key} in ({values})"),
            "NotIn" => format!("{key} notin ({values})"),
            "DoesNotExist" => format!("!{key}"),
            _ => key.clone().into_owned(),
        };
        terms.push((key, term));
    }
    terms.sort_by(|a, b| a.0.cmp(&b.0));
    join(terms.into_iter().map(|(_, term)| term.into()), ",")
}

pub(super) fn selector_or_none(node: Node<'_>) -> Cell {
    filled_or(selector(node), "<none>")
}

/// Names and images of the containers of a pod's specification.
pub(super) fn containers(pod_spec: Node<'_>) -> [Cell; 2] {
    let containers = pod_spec.member("containers");
    ["name", "image"].map(|field| join(containers.items().map(|it| it.member(field).text()), ",").into())
}

/// `True`, `False`, or that it is not set.
pub(super) fn truth(value: Node<'_>) -> &'static str {
    match value {
        value if !value.is_set() => "<unset>",
        value if value.is_true() => "True",
        _ => "False",
    }
}

/// The access modes of a volume in their short forms and fixed order.
pub(super) fn access_modes(modes: Node<'_>) -> String {
    const SHORT: [(&str, &str); 4] =
        [("ReadWriteOnce", "RWO"), ("ReadOnlyMany", "ROX"), ("ReadWriteMany", "RWX"), ("ReadWriteOncePod", "RWOP")];
    let has = |long: &str| modes.items().any(|mode| mode.is(long));
    let shown: Vec<_> = SHORT.iter().filter(|(long, _)| has(long)).map(|(_, short)| *short).collect();
    shown.join(",")
}

/// A quantity, of which none is zero.
pub(super) fn quantity(quantity: Node<'_>) -> Cow<'_, str> {
    quantity.filled().unwrap_or(Cow::Borrowed("0"))
}
