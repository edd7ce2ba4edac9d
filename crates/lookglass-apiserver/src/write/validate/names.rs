//! What an object may be called: [`NameRule`].

use lookglass_object::validate::dns1123_subdomain;
use lookglass_protocol::Resource;

const LABEL: &str = "a lowercase RFC 1123 label must consist of lower case alphanumeric characters or '-', and must start and end with an \
     alphanumeric character (e.g. 'my-name',  or '123-abc', regex used for validation is '[a-z0-9]([-a-z0-9]*[a-z0-9])?')";
const LABEL_1035: &str = "a DNS-1035 label must consist of lower case alphanumeric characters or '-', start with an alphabetic character, and \
     end with an alphanumeric character (e.g. 'my-name',  or 'abc-123', regex used for validation is '[a-z]([-a-z0-9]*[a-z0-9])?')";
const LABEL_MAX: usize = 63;
/// A CronJob appends 11 characters to its name for a Job's.
const CRON_JOB_MAX: usize = 52;

/// The rule for the names of a kind.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum NameRule {
    /// As most.
    Subdomain,
    /// Without dots.
    Label,
    /// Without dots, and with a letter first.
    Label1035,
    /// Whatever can be a segment of a path.
    PathSegment,
}

impl NameRule {
    /// The rule for the objects of a resource.
    pub(crate) fn of(resource: &Resource) -> Self {
        match (resource.gvr.group(), resource.gvr.resource()) {
            ("", "namespaces") => Self::Label,
            ("", "services") => Self::Label1035,
            ("rbac.authorization.k8s.io" | "apiregistration.k8s.io" | "events.k8s.io", _) | ("", "events") => {
                Self::PathSegment
            }
            _ => Self::Subdomain,
        }
    }

    /// What is wrong with a name.
    pub(crate) fn problems(self, name: &str) -> Vec<String> {
        match self {
            Self::Subdomain => dns1123_subdomain(name),
            Self::Label => label(name),
            Self::Label1035 => label_of(name, LABEL_1035, |first| first.is_ascii_lowercase()),
            Self::PathSegment => path_segment(name),
        }
    }

    /// What is wrong with a beginning of names.
    pub(crate) fn prefix_problems(self, prefix: &str) -> Vec<String> {
        if self == Self::PathSegment {
            return characters(prefix);
        }
        // Something will follow, so it may end with a dash; whatever stands before the dash is not looked at then, as in Kubernetes.
        match prefix
            .strip_suffix('-')
            .and_then(|rest| rest.char_indices().next_back().map(|(last, c)| (&rest[..last], c)))
        {
            Some((rest, last)) if last.is_ascii() => self.problems(&format!("{rest}a")),
            _ => self.problems(prefix),
        }
    }
}

/// What is wrong with the name of a namespace.
pub(crate) fn label(name: &str) -> Vec<String> {
    label_of(name, LABEL, |first| first.is_ascii_lowercase() || first.is_ascii_digit())
}

/// What else is wrong with the name of a kind.
pub(crate) fn too_long_for_its_kind(resource: &Resource, name: &str) -> Option<String> {
    let cron_job = (resource.gvr.group(), resource.gvr.resource()) == ("batch", "cronjobs");
    (cron_job && name.len() > CRON_JOB_MAX).then(|| format!("must be no more than {CRON_JOB_MAX} characters"))
}

fn label_of(name: &str, rule: &str, first: impl Fn(u8) -> bool) -> Vec<String> {
    let mut problems = Vec::new();
    if name.len() > LABEL_MAX {
        problems.push(format!("must be no more than {LABEL_MAX} bytes"));
    }
    let inner = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit();
    let bytes = name.as_bytes();
    let ends = bytes.first().is_some_and(|&byte| first(byte)) && bytes.last().is_some_and(|&byte| inner(byte));
    if !ends || !bytes.iter().all(|&byte| inner(byte) || byte == b'-') {
        problems.push(rule.to_owned());
    }
    problems
}

fn path_segment(name: &str) -> Vec<String> {
    match name {
        "." | ".." => vec![format!("may not be '{name}'")],
        name => characters(name),
    }
}

fn characters(name: &str) -> Vec<String> {
    ["/", "%"].iter().filter(|bad| name.contains(**bad)).map(|bad| format!("may not contain '{bad}'")).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_rule_takes_what_it_should() {
        for (rule, good, bad) in [
            (NameRule::Subdomain, &["a", "1.b", "x-y.z"][..], &["", "A", "a_b", "-a", "a."][..]),
            (NameRule::Label, &["a", "1-b", &"l".repeat(63)][..], &["", "a.b", "A", "a-", &"l".repeat(64)][..]),
            (NameRule::Label1035, &["a", "b-1"][..], &["", "1a", "a.b", "-"][..]),
            (NameRule::PathSegment, &["system:node", "A_b", "..."][..], &[".", "..", "a/b", "a%b"][..]),
        ] {
            for name in good {
                assert_eq!(rule.problems(name), [""; 0], "{rule:?} {name}");
            }
            for name in bad {
                assert!(!rule.problems(name).is_empty(), "{rule:?} {name}");
            }
        }
    }

    #[test]
    fn a_prefix_may_end_with_a_dash() {
        for (prefix, good) in
            [("gen-", true), ("a-", true), ("gen", true), ("-", false), ("é-", false), ("Gen-", false)]
        {
            let problems = NameRule::Subdomain.prefix_problems(prefix);
            assert_eq!(problems.is_empty(), good, "{prefix}: {problems:?}");
        }
    }
}
