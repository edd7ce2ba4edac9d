//! Typed objects, out of both encodings.

use std::fmt::Debug;

use k8s_openapi::api;
use k8s_openapi::apiextensions_apiserver::pkg::apis::apiextensions::v1::CustomResourceDefinition;
use lookglass_object::codec::Codec;
use lookglass_object::protobuf::to_json;
use lookglass_object::table::KindEntry;
use serde::de::DeserializeOwned;

use crate::seeds::kind_of;

/// A typed object out of protobuf is the one out of its JSON, wherever both can be had.
pub(crate) fn agree(input: &[u8]) {
    let Some((entry, raw)) = kind_of(input) else { return };
    match (entry.group(), entry.kind()) {
        ("", "Pod") => compare::<api::core::v1::Pod>(entry, raw),
        ("", "Node") => compare::<api::core::v1::Node>(entry, raw),
        ("", "Service") => compare::<api::core::v1::Service>(entry, raw),
        ("", "ConfigMap") => compare::<api::core::v1::ConfigMap>(entry, raw),
        ("", "Secret") => compare::<api::core::v1::Secret>(entry, raw),
        ("", "Event") => compare::<api::core::v1::Event>(entry, raw),
        ("", "PersistentVolume") => compare::<api::core::v1::PersistentVolume>(entry, raw),
        ("apps", "Deployment") if entry.version() == "v1" => compare::<api::apps::v1::Deployment>(entry, raw),
        ("autoscaling", "HorizontalPodAutoscaler") if entry.version() == "v2" => {
            compare::<api::autoscaling::v2::HorizontalPodAutoscaler>(entry, raw);
        }
        ("coordination.k8s.io", "Lease") if entry.version() == "v1" => {
            compare::<api::coordination::v1::Lease>(entry, raw);
        }
        ("networking.k8s.io", "NetworkPolicy") => compare::<api::networking::v1::NetworkPolicy>(entry, raw),
        ("discovery.k8s.io", "EndpointSlice") if entry.version() == "v1" => {
            compare::<api::discovery::v1::EndpointSlice>(entry, raw);
        }
        ("apiextensions.k8s.io", "CustomResourceDefinition") if entry.version() == "v1" => {
            compare::<CustomResourceDefinition>(entry, raw);
        }
        // Of the rest only whether they can be read: their types differ from these in nothing that a decoder sees.
        (group, kind) => {
            let Some(codec) = Codec::for_kind(group, entry.version(), kind) else { return };
            let json = json(entry, raw);
            let out_of_protobuf = codec.protobuf(raw, Some((&entry.api_version(), kind)));
            if let Some(json) = json {
                assert_eq!(codec.json(&json).is_ok(), out_of_protobuf.is_ok(), "{:?}", out_of_protobuf.err());
            }
        }
    }
}

fn json(entry: &'static KindEntry, raw: &[u8]) -> Option<Vec<u8>> {
    let mut json = Vec::new();
    to_json(entry.message(), raw, Some((&entry.api_version(), entry.kind())), &mut json).ok()?;
    Some(json)
}

fn compare<K: DeserializeOwned + PartialEq + Debug + Send + Sync + 'static>(entry: &'static KindEntry, raw: &[u8]) {
    let codec = Codec::for_type::<K>().expect("a built-in kind");
    let out_of_protobuf = codec.protobuf(raw, Some((&entry.api_version(), entry.kind())));
    let Some(json) = json(entry, raw) else { return };
    let out_of_json = codec.json(&json);
    match (out_of_protobuf, out_of_json) {
        (Ok((ours, _)), Ok(theirs)) => {
            assert_eq!(Codec::typed::<K>(ours), Codec::typed::<K>(theirs));
        }
        (Err(_), Err(_)) => {}
        (ours, theirs) => panic!("protobuf {:?}, JSON {:?}", ours.err(), theirs.err()),
    }
}
