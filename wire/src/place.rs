//! Where a request goes: [`Place`]. Only as much of the URL grammar as the stage manager needs; what it does not know it leaves alone.

use lookglass_object::Gvr;

/// What a path says.
#[derive(Debug, Clone)]
pub(crate) struct Place {
    pub(crate) gvr: Gvr,
    pub(crate) namespace: Option<String>,
    pub(crate) name: Option<String>,
    pub(crate) subresource: Option<String>,
    query: Vec<(String, String)>,
}

impl Place {
    /// Of a path with its query; `None` if it is no resource's.
    pub(crate) fn of(path: &str) -> Option<Self> {
        let (path, query) = path.split_once('?').unwrap_or((path, ""));
        let segments: Vec<String> = path.split('/').skip(1).map(|part| decode(part, false)).collect();
        let segments: Vec<&str> = segments.iter().map(String::as_str).collect();
        let (group, version, rest) = match segments.as_slice() {
            ["api", version, rest @ ..] => ("", *version, rest),
            ["apis", group, version, rest @ ..] => (*group, *version, rest),
            _ => return None,
        };
        let rest = rest.strip_prefix(&["watch"]).unwrap_or(rest);
        let (namespace, rest) = match rest {
            ["namespaces", _] | ["namespaces", _, "status" | "finalize"] => (None, rest),
            ["namespaces", namespace, rest @ ..] => (Some((*namespace).to_owned()), rest),
            _ => (None, rest),
        };
        let resource = rest.first().filter(|resource| !resource.is_empty())?;
        Some(Self {
            gvr: Gvr::new(group.to_owned(), version.to_owned(), (*resource).to_owned()),
            namespace,
            name: rest.get(1).map(|name| (*name).to_owned()),
            subresource: rest.get(2).map(|name| (*name).to_owned()),
            query: pairs(query),
        })
    }

    /// The value of a parameter; empty if it is there without one.
    pub(crate) fn parameter(&self, name: &str) -> Option<&str> {
        self.query.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str())
    }

    /// Whether an object lies in the collection.
    pub(crate) fn holds(&self, namespace: Option<&str>) -> bool {
        self.namespace.is_none() || self.namespace.as_deref() == namespace
    }
}

fn pairs(query: &str) -> Vec<(String, String)> {
    let pairs = query.split('&').filter(|pair| !pair.is_empty());
    pairs
        .map(|pair| {
            let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
            (decode(name, true), decode(value, true))
        })
        .collect()
}

fn decode(text: &str, plus_is_space: bool) -> String {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let [first, tail @ ..] = rest {
        let escaped = (*first == b'%').then(|| tail.get(..2)).flatten();
        let escaped = escaped.and_then(|hex| u8::from_str_radix(std::str::from_utf8(hex).ok()?, 16).ok());
        rest = if escaped.is_some() { &tail[2..] } else { tail };
        bytes.push(escaped.unwrap_or(if plus_is_space && *first == b'+' { b' ' } else { *first }));
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn place(path: &str) -> (String, Option<String>, Option<String>, Option<String>) {
        let place = Place::of(path).unwrap();
        (place.gvr.to_string(), place.namespace, place.name, place.subresource)
    }

    #[test]
    fn the_forms_of_paths() {
        let some = |text: &str| Some(text.to_owned());
        let pods = Gvr::core("v1", "pods").to_string();
        assert_eq!(place("/api/v1/pods?limit=3"), (pods.clone(), None, None, None));
        assert_eq!(place("/api/v1/watch/namespaces/a/pods"), (pods.clone(), some("a"), None, None));
        assert_eq!(place("/api/v1/namespaces/a/pods/b/status"), (pods, some("a"), some("b"), some("status")));
        let namespaces = Gvr::core("v1", "namespaces").to_string();
        assert_eq!(place("/api/v1/namespaces/a"), (namespaces.clone(), None, some("a"), None));
        assert_eq!(place("/api/v1/namespaces/a/finalize"), (namespaces, None, some("a"), some("finalize")));
        assert!(Place::of("/healthz").is_none() && Place::of("/api/v1").is_none());
    }

    #[test]
    fn parameters_are_decoded() {
        let place = Place::of("/api/v1/pods?watch=1&labelSelector=a+in+(b)%2Cc%3D1&").unwrap();
        assert_eq!(place.parameter("labelSelector"), Some("a in (b),c=1"));
        assert_eq!(place.parameter("limit"), None);
    }
}
