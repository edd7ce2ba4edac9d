//! The clauses of an `Accept` header.

/// One media range of an `Accept` header.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Clause<'a> {
    kind: &'a str,
    subtype: &'a str,
    quality: f64,
    params: Vec<(&'a str, &'a str)>,
}

impl<'a> Clause<'a> {
    fn parse(text: &'a str) -> Option<Self> {
        let (range, params) = text.split_once(';').unwrap_or((text, ""));
        let (kind, subtype) = match range.split_once('/') {
            None | Some((_, "")) if trim(range.trim_end_matches('/')) == "*" => ("*", "*"),
            None | Some((_, "")) => return None,
            Some((kind, subtype)) => (trim(kind), trim(last(subtype, '/')?)),
        };
        let mut clause = Clause { kind, subtype, quality: 1.0, params: Vec::new() };
        for param in params.split(';') {
            let Some((name, value)) = param.split_once('=').filter(|(_, value)| !value.is_empty()) else { continue };
            let Some(value) = last(value, '=') else { continue };
            match trim(name) {
                // A quality that is no number counts as none.
                "q" => {
                    clause.quality = value.parse().ok().filter(|quality: &f64| !quality.is_nan()).unwrap_or_default();
                }
                name => clause.params.push((name, trim(value))),
            }
        }
        Some(clause)
    }

    /// Whether a media type is meant.
    pub(super) fn covers(&self, media_type: &str) -> bool {
        let (kind, subtype) = media_type.split_once('/').unwrap_or((media_type, ""));
        match (self.kind, self.subtype) {
            ("*", "*") => true,
            (this, "*") => this == kind,
            (this, other) => this == kind && other == subtype,
        }
    }

    /// The value of a parameter; the last one counts.
    pub(super) fn param(&self, name: &str) -> Option<&'a str> {
        self.params.iter().rev().find(|(known, _)| *known == name).map(|(_, value)| *value)
    }

    fn is_before(&self, other: &Self) -> bool {
        self.quality > other.quality
            || self.kind != "*" && other.kind == "*"
            || self.subtype != "*" && other.subtype == "*"
    }
}

/// More clauses than this are sorted by quality alone: the order of the real parser is only defined by its sorting algorithm, which for
/// few clauses is insertion.
const FEW: usize = 12;

/// The clauses, the wanted ones first.
pub(super) fn clauses(header: &str) -> Vec<Clause<'_>> {
    let mut clauses: Vec<_> = header.split(',').map(trim).filter_map(Clause::parse).collect();
    if clauses.len() > FEW {
        clauses.sort_by(|a, b| b.quality.total_cmp(&a.quality));
        return clauses;
    }
    for at in 1..clauses.len() {
        let mut to = at;
        while to > 0 && clauses[to].is_before(&clauses[to - 1]) {
            clauses.swap(to, to - 1);
            to -= 1;
        }
    }
    clauses
}

/// Whether the router of the real server lets a request pass: it compares whole media types, parameters aside.
pub(super) fn passes_router(header: &str, produced: &[&str]) -> bool {
    header.split(',').any(|range| {
        let range = range.split(';').next().unwrap_or_default().trim();
        range == "*/*" || produced.contains(&range)
    })
}

/// The last of a range's parts; one separator behind it is passed over.
fn last(text: &str, separator: char) -> Option<&str> {
    let text = text.strip_suffix(separator).unwrap_or(text);
    (!text.contains(separator)).then_some(text)
}

fn trim(text: &str) -> &str {
    text.trim_matches(' ')
}

#[cfg(test)]
mod tests {
    use super::clauses;
    use crate::body::go_words::compare;

    /// The order of the real parser.
    #[test]
    fn clauses_are_sorted_as_go_sorts_them() {
        compare("accept", |input| {
            let clauses = clauses(input);
            let shown =
                clauses.iter().map(|clause| format!("{}/{} {}", clause.kind, clause.subtype, clause.quality as f32));
            shown.collect::<Vec<_>>().join("\n")
        });
    }
}
