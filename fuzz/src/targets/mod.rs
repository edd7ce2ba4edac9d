//! The targets, by what they read.

mod cell;
mod json;
mod names;
mod protobuf;
mod protocol;
mod status;
mod typed;

use crate::{Form, Target, seeds};

/// All of them.
#[must_use]
pub fn all() -> &'static [Target] {
    use Form::{KindAndProtobuf, KindAndText, Protobuf, Text};
    const ALL: &[Target] = &[
        Target { name: "json_reader", check: json::reader, form: Text, seeds: seeds::json },
        Target { name: "protobuf_reader", check: protobuf::reader, form: Protobuf, seeds: seeds::envelopes },
        Target { name: "watch_frames", check: protobuf::frames, form: Protobuf, seeds: seeds::watch_streams },
        Target {
            name: "transcode_protobuf",
            check: protobuf::transcode,
            form: KindAndProtobuf,
            seeds: seeds::kinds_and_protobuf,
        },
        Target {
            name: "transcode_json",
            check: protobuf::transcode_json,
            form: KindAndText,
            seeds: seeds::kinds_and_json,
        },
        Target { name: "typed", check: typed::agree, form: KindAndProtobuf, seeds: seeds::kinds_and_protobuf },
        Target { name: "selectors", check: names::selectors, form: Text, seeds: seeds::label_selectors },
        Target { name: "field_selectors", check: names::field_selectors, form: Text, seeds: seeds::field_selectors },
        Target { name: "paths", check: names::paths, form: Text, seeds: seeds::paths },
        Target { name: "keys", check: names::keys, form: Text, seeds: seeds::keys },
        Target { name: "versions", check: names::versions, form: Text, seeds: seeds::versions },
        Target { name: "cell_json", check: cell::json, form: Text, seeds: seeds::json },
        Target {
            name: "cell_protobuf",
            check: cell::protobuf,
            form: KindAndProtobuf,
            seeds: seeds::kinds_and_protobuf,
        },
        Target { name: "status", check: status::status, form: Text, seeds: seeds::statuses },
        Target { name: "protocol_request", check: protocol::request, form: Text, seeds: seeds::request_lines },
        Target { name: "protocol_query", check: protocol::query, form: Text, seeds: seeds::queries },
        Target { name: "protocol_accept", check: protocol::accept, form: Text, seeds: seeds::accepts },
        Target { name: "protocol_body", check: protocol::body, form: KindAndText, seeds: seeds::kinds_and_json },
        Target { name: "protocol_envelope", check: protocol::envelope, form: Protobuf, seeds: seeds::envelopes },
        Target { name: "protocol_yaml", check: protocol::yaml, form: Text, seeds: seeds::yaml },
        Target { name: "protocol_token", check: protocol::token, form: Text, seeds: seeds::tokens },
    ];
    ALL
}
