//! The rules for names and labels, with Kubernetes' own words for what is wrong.
//!
//! Each function returns the problems found, worded as `k8s.io/apimachinery` v0.36 words them, or nothing if all is well. A
//! valid text costs no allocation.

const KEY_RULE: &str = "must consist of alphanumeric characters, '-', '_' or '.', and must start and end with an \
     alphanumeric character (e.g. 'MyName',  or 'my.name',  or '123-abc', regex used for validation is \
     '([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]')";
const VALUE_RULE: &str = "a valid label must be an empty string or consist of alphanumeric characters, '-', '_' or '.', \
     and must start and end with an alphanumeric character (e.g. 'MyValue',  or 'my_value',  or '12345', regex used for \
     validation is '(([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9])?')";
const SUBDOMAIN_RULE: &str = "a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or \
     '.', and must start and end with an alphanumeric character (e.g. 'example.com', regex used for validation is \
     '[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*')";
const LABEL_MAX: usize = 63;
const SUBDOMAIN_MAX: usize = 253;

/// Problems of a label key: a name of at most 63 bytes, with a DNS subdomain and a slash before it if wished.
///
/// ```
/// use lookglass_object::validate::label_key;
///
/// assert!(label_key("app.kubernetes.io/name").is_empty());
/// assert_eq!(label_key("/name"), ["prefix part must be non-empty"]);
/// ```
#[must_use]
pub fn label_key(key: &str) -> Vec<String> {
    let mut problems = Vec::new();
    let name = match key.split_once('/') {
        None => key,
        Some((_, name)) if name.contains('/') => {
            return vec![format!(
                "a valid label key {KEY_RULE} with an optional DNS subdomain prefix and '/' (e.g. 'example.com/MyName')"
            )];
        }
        Some(("", name)) => {
            problems.push("prefix part must be non-empty".into());
            name
        }
        Some((prefix, name)) => {
            problems.extend(dns1123_subdomain(prefix).into_iter().map(|problem| format!("prefix part {problem}")));
            name
        }
    };
    if name.is_empty() {
        problems.push("name part must be non-empty".into());
    } else if name.len() > LABEL_MAX {
        problems.push(format!("name part must be no more than {LABEL_MAX} bytes"));
    }
    if !is_name(name) {
        problems.push(format!("name part {KEY_RULE}"));
    }
    problems
}

/// Problems of a label value: empty, or a name of at most 63 bytes.
#[must_use]
pub fn label_value(value: &str) -> Vec<String> {
    let mut problems = Vec::new();
    if value.len() > LABEL_MAX {
        problems.push(format!("must be no more than {LABEL_MAX} bytes"));
    }
    if !value.is_empty() && !is_name(value) {
        problems.push(VALUE_RULE.into());
    }
    problems
}

/// Problems of a DNS subdomain of lower case, the form of most object names.
#[must_use]
pub fn dns1123_subdomain(name: &str) -> Vec<String> {
    let mut problems = Vec::new();
    if name.len() > SUBDOMAIN_MAX {
        problems.push(format!("must be no more than {SUBDOMAIN_MAX} bytes"));
    }
    let is_label = |label: &str| {
        let inner = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit();
        ends(label, inner) && label.bytes().all(|b| inner(b) || b == b'-')
    };
    if !name.split('.').all(is_label) {
        problems.push(SUBDOMAIN_RULE.into());
    }
    problems
}

fn is_name(name: &str) -> bool {
    ends(name, |b| b.is_ascii_alphanumeric())
        && name.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_' | b'.'))
}

/// Whether the first and the last byte are as wished; not so if there is none.
fn ends(text: &str, wished: impl Fn(u8) -> bool) -> bool {
    let bytes = text.as_bytes();
    bytes.first().is_some_and(|&b| wished(b)) && bytes.last().is_some_and(|&b| wished(b))
}

#[cfg(test)]
mod tests {
    use super::*;

    // Beyond what the golden data of the selectors covers.
    #[test]
    fn subdomains() {
        for good in ["a", "a.b", "1", "a-b.c-d", &"d".repeat(253)] {
            assert!(dns1123_subdomain(good).is_empty(), "{good}");
        }
        for bad in ["", ".", "a.", ".a", "a..b", "A", "-a", "a-", "a.-b", "a_b", "é"] {
            assert_eq!(dns1123_subdomain(bad), [SUBDOMAIN_RULE], "{bad}");
        }
        assert_eq!(dns1123_subdomain(&"d".repeat(254)), ["must be no more than 253 bytes"]);
    }
}
