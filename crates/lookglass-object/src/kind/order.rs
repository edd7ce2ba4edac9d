//! The order of preference among versions of an API.

use std::cmp::Ordering;

/// Compares two version names as Kubernetes prefers them: the greater is the better one.
///
/// General availability comes before beta, beta before alpha, then higher numbers first: `v10`, `v2`, `v1`, `v2beta1`,
/// `v1beta2`, `v1alpha1`. Names of any other form are worse than those, and among each other the alphabetically first is
/// best. A number too large for 63 bits makes a name one of those others, as in Go.
///
/// ```
/// use lookglass_object::compare_api_versions;
///
/// let mut versions = ["v1alpha1", "v1", "next", "v2beta1", "v2"];
/// versions.sort_by(|a, b| compare_api_versions(b, a));
/// assert_eq!(versions, ["v2", "v1", "v2beta1", "v1alpha1", "next"]);
/// ```
#[must_use]
pub fn compare_api_versions(a: &str, b: &str) -> Ordering {
    match (rank(a), rank(b)) {
        // `v01` and `v1` rank the same in Go too, which then calls them equal.
        (Some(a), Some(b)) => a.cmp(&b),
        (Some(_), None) => Ordering::Greater,
        (None, Some(_)) => Ordering::Less,
        (None, None) => b.cmp(a),
    }
}

#[derive(PartialEq, Eq, PartialOrd, Ord)]
enum Stability {
    Alpha,
    Beta,
    General,
}

/// Stability, major, minor of a name like `v1` or `v1beta2`.
fn rank(version: &str) -> Option<(Stability, i64, i64)> {
    let rest = version.strip_prefix('v')?;
    let (major, rest) = number(rest)?;
    if rest.is_empty() {
        return Some((Stability::General, major, 0));
    }
    let (stability, rest) = match rest.strip_prefix("alpha") {
        Some(rest) => (Stability::Alpha, rest),
        None => (Stability::Beta, rest.strip_prefix("beta")?),
    };
    let (minor, rest) = number(rest)?;
    rest.is_empty().then_some((stability, major, minor))
}

fn number(text: &str) -> Option<(i64, &str)> {
    let end = text.bytes().position(|b| !b.is_ascii_digit()).unwrap_or(text.len());
    let (digits, rest) = text.split_at(end);
    Some((digits.parse().ok()?, rest))
}
