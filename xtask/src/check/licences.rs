//! Every package can be used under a licence that an Apache-2.0 project may ship.

use cargo_metadata::Metadata;
use spdx::{Expression, LicenseReq, ParseMode};

/// Permissive licences only: nothing that reaches into what users build from us.
const ACCEPTED: &[&str] = &[
    "0BSD",
    "Apache-2.0",
    "BSD-2-Clause",
    "BSD-3-Clause",
    "BSL-1.0",
    "CC0-1.0",
    "CDLA-Permissive-2.0",
    "ISC",
    "MIT",
    "Unicode-3.0",
    "Unlicense",
    "Zlib",
];

/// One line for each package whose licence is missing, unreadable or not accepted.
pub(super) fn violations(metadata: &Metadata) -> Vec<String> {
    let packages = metadata.packages.iter();
    packages
        .filter_map(|package| violation(&format!("{} {}", package.name, package.version), package.license.as_deref()))
        .collect()
}

fn violation(package: &str, licence: Option<&str>) -> Option<String> {
    let Some(licence) = licence else {
        return Some(format!("{package} names no licence"));
    };
    match Expression::parse_mode(licence, ParseMode::LAX) {
        Err(error) => Some(format!("{package}: licence `{licence}` cannot be read: {}", error.reason)),
        Ok(expression) if expression.evaluate(accepted) => None,
        Ok(_) => Some(format!("{package}: licence `{licence}` is not among those accepted")),
    }
}

fn accepted(requirement: &LicenseReq) -> bool {
    requirement.license.id().is_some_and(|id| ACCEPTED.contains(&id.name))
}

#[cfg(test)]
mod tests {
    use super::violation;

    #[test]
    fn one_accepted_alternative_is_enough() {
        assert_eq!(violation("a 1.0.0", Some("MIT OR GPL-3.0-only")), None);
        assert_eq!(violation("a 1.0.0", Some("MIT/Apache-2.0")), None);
    }

    #[test]
    fn all_parts_of_a_conjunction_are_needed() {
        let found = violation("a 1.0.0", Some("MIT AND GPL-3.0-only"));
        assert_eq!(found.as_deref(), Some("a 1.0.0: licence `MIT AND GPL-3.0-only` is not among those accepted"));
    }

    #[test]
    fn a_package_without_licence_is_reported() {
        assert_eq!(violation("a 1.0.0", None).as_deref(), Some("a 1.0.0 names no licence"));
    }
}
