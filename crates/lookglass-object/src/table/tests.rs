use super::*;

fn spec_of(kind: &str, group: &str, field: &str) -> &'static Message {
    let entry = Table::builtin().kind(group, "v1", kind).unwrap();
    entry.message().field(field).unwrap().message().unwrap()
}

#[test]
fn the_compiled_in_table_is_whole() {
    let table = load::table(BUILTIN).unwrap();
    assert_eq!((table.version(), table.messages().len(), table.kinds().len()), ("1.36", 1146, 318));
    for message in table.messages() {
        for (index, field) in message.fields().iter().enumerate() {
            assert_eq!(message.field_index(field.name().as_bytes()), Some(index), "{} {}", message.name, field.name());
        }
        assert_eq!(message.field("no such field").map(Field::name), None);
    }
    for kind in table.kinds().iter().filter(|kind| kind.is_list() && kind.kind() != "List") {
        assert!(kind.item().is_some(), "{}", kind.kind());
    }
    assert!(load::table(&BUILTIN[..BUILTIN.len() - 1]).is_none());
}

#[test]
fn meta_kinds_are_found_under_every_group() {
    let table = Table::builtin();
    assert_eq!(table.kind("apps", "v1", "DeleteOptions").unwrap().message().short_name(), "DeleteOptions");
    assert_eq!(table.kind_of("apps/v1", "Deployment").unwrap().api_version(), "apps/v1");
    assert!(table.kind_of("example.com/v1", "Pod").is_none());
    assert!(table.kind_of("apps/v1", "deployment").is_none());
}

#[test]
fn inlined_fields_stand_where_go_writes_them() {
    let spec = spec_of("Pod", "", "spec");
    let volume = spec.field("volumes").unwrap().message().unwrap();
    let names: Vec<_> = volume.fields().iter().take(3).map(Field::name).collect();
    assert_eq!(names, ["name", "hostPath", "emptyDir"]);
    assert_eq!(volume.frames().len(), 2);
    assert_eq!(volume.frames()[0].slot(2), Slot::Frame(1));
}

#[test]
fn what_apply_and_patch_need_is_there() {
    let ports = spec_of("Service", "", "spec").field("ports").unwrap();
    assert_eq!((ports.list_type(), ports.merge_key()), (ListType::Map, Some("port")));
    assert_eq!(ports.map_keys().collect::<Vec<_>>(), ["port", "protocol"]);
    assert_eq!(ports.patch_strategy(), PatchStrategy::Merge);
    let selector = spec_of("Deployment", "apps", "spec").field("selector").unwrap();
    assert!(selector.message().unwrap().is_atomic());
}

#[test]
fn zero_rules_follow_go() {
    let spec = spec_of("Pod", "", "spec");
    let rules = |name: &str| spec.field(name).map(|field| (field.absent(), field.zero())).unwrap();
    assert_eq!(rules("nodeName"), (Absent::Omitted, PlainZero::DroppedInJson));
    assert_eq!(rules("containers"), (Absent::Null, PlainZero::NotWritten));
    assert_eq!(rules("hostUsers"), (Absent::Omitted, PlainZero::NotWritten));
    let meta = Table::builtin().kind("", "v1", "Pod").unwrap().message().field("metadata").unwrap();
    assert_eq!((meta.absent(), meta.zero()), (Absent::Zero, PlainZero::Kept));
    let created = meta.message().unwrap().field("creationTimestamp").unwrap();
    assert_eq!((created.absent(), created.zero()), (Absent::Omitted, PlainZero::DroppedInJson));
}

#[test]
fn types_and_fields_are_described() {
    let table = Table::builtin();
    let volume = table.message("io.k8s.api.core.v1.Volume").unwrap();
    assert!(volume.description().unwrap().starts_with("Volume represents a named volume in a pod"));
    // Inlined in Go, and described where JSON has it.
    assert!(volume.field("hostPath").unwrap().description().unwrap().starts_with("hostPath represents a pre-existing"));
    let kind = table.kind("", "v1", "Pod").unwrap().message().field("kind").unwrap();
    assert!(kind.description().unwrap().starts_with("Kind is a string value representing"));
    let time = table.description("io.k8s.apimachinery.pkg.apis.meta.v1.Time").unwrap();
    assert!(time.starts_with("Time is a wrapper around time.Time"));
    assert_eq!(table.description("io.k8s.api.core.v1.NoSuchType"), None);
    let of_served = |message: &&Message| message.description().is_some();
    assert_eq!(table.messages().iter().filter(of_served).count(), 758);
}

#[test]
fn a_field_knows_the_message_it_stands_in() {
    let table = Table::builtin();
    for message in table.messages() {
        for field in message.fields() {
            assert_eq!(table.message_at(field.owner).name(), message.name());
        }
    }
}

#[test]
fn most_messages_can_be_written_as_they_are_read() {
    let messages = Table::builtin().messages();
    let ordered = messages.iter().filter(|message| message.is_ordered()).count();
    assert!(ordered * 10 > messages.len() * 8, "{ordered} of {}", messages.len());
    assert!(Table::builtin().message("io.k8s.apimachinery.pkg.apis.meta.v1.ObjectMeta").unwrap().is_ordered());
    assert!(!Table::builtin().message("io.k8s.api.core.v1.PodSpec").unwrap().is_ordered());
}
