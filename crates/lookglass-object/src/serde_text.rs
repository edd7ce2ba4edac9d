//! The types of this crate that are texts to people are texts to serde.

use serde::{Deserialize, Deserializer, Serialize, Serializer, de::Error as _};

use crate::{FieldSelector, GroupVersion, Gvk, Gvr, Key, ResourceVersion, Selector};

macro_rules! as_text {
    ($($type:ty),*) => {$(
        /// As it is displayed.
        impl Serialize for $type {
            fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
                to.collect_str(self)
            }
        }

        /// As it is parsed.
        impl<'de> Deserialize<'de> for $type {
            fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
                String::deserialize(from)?.parse().map_err(D::Error::custom)
            }
        }
    )*};
}

as_text!(FieldSelector, GroupVersion, Gvk, Gvr, Key, ResourceVersion, Selector);

#[cfg(test)]
mod tests {
    use std::fmt::Debug;

    use serde::de::DeserializeOwned;

    use super::*;

    fn round_trip<T: Serialize + DeserializeOwned + PartialEq + Debug>(value: &T, json: &str) {
        assert_eq!(serde_json::to_string(value).unwrap(), json);
        assert_eq!(serde_json::from_str::<T>(json).as_ref().unwrap(), value);
    }

    #[test]
    fn texts_come_and_go() {
        round_trip(&Key::new("default", "web-0").with_cluster("prod"), r#""prod:default/web-0""#);
        round_trip(&Gvk::core("v1", "Pod"), r#""/v1, Kind=Pod""#);
        round_trip(&Gvr::new("apps", "v1", "deployments"), r#""apps/v1, Resource=deployments""#);
        round_trip(&GroupVersion::new("apps", "v1"), r#""apps/v1""#);
        round_trip(&ResourceVersion::from("12"), r#""12""#);
        round_trip(&Selector::new().eq("a", "b").exists("c"), r#""a=b,c""#);
        round_trip(&FieldSelector::new().not_eq("a.b", "c,d"), r#""a.b!=c\\,d""#);
    }

    #[test]
    fn errors_are_those_of_parsing() {
        let error = serde_json::from_str::<Key>(r#""a/b/c""#).unwrap_err();
        assert!(error.to_string().starts_with("unexpected key format: \"a/b/c\""), "{error}");
        assert!(serde_json::from_str::<Selector>("7").is_err());
    }
}
