use lookglass_object::{
    protobuf::{FromJson, Zeros, to_json},
    table::Table,
};

use crate::allocations::spent;

#[test]
fn turning_one_encoding_into_the_other_allocates_nothing_in_kept_buffers() {
    let json = br#"{"kind":"Pod","apiVersion":"v1","metadata":{"name":"a","creationTimestamp":"2024-02-29T12:00:00Z","managedFields":[{"manager":"m","operation":"Update","fieldsType":"FieldsV1","fieldsV1":{"f:spec":{"f:containers":{}}}}]},"spec":{"containers":[{"name":"a","image":"i","ports":[{"containerPort":80}],"resources":{"limits":{"cpu":"1"}}}],"nodeSelector":{"c":"d","a":"b"}},"status":{"startTime":null}}"#;
    let message = Table::builtin().kind("", "v1", "Pod").expect("a built-in kind").message();
    let (mut from, mut raw, mut text) = (FromJson::new(), Vec::new(), Vec::new());
    let mut there_and_back = || {
        raw.clear();
        text.clear();
        let (read, reading) = spent(|| from.read(json));
        read.expect("JSON");
        let (written, writing) = spent(|| from.write(message, Zeros::Written, None, &mut raw));
        written.expect("a pod");
        let (shown, showing) = spent(|| to_json(message, &raw, Some(("v1", "Pod")), &mut text));
        shown.expect("a pod");
        (reading.calls, writing.calls, showing.calls)
    };
    there_and_back();
    let (reading, writing, showing) = there_and_back();
    assert_eq!((reading, writing, showing), (0, 0, 0));
}
