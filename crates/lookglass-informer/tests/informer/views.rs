//! The inside of an informer, as people see it.

use k8s_openapi::api::core::v1::ConfigMap;
use lookglass_informer::{Event, Index, MemoryView};

use crate::support::{PATIENCE, builder, config, server};

#[tokio::test(start_paused = true)]
async fn the_debug_view_shows_all_that_people_dump() {
    let api = server().await;
    for (name, app) in [("one", "web"), ("two", "db")] {
        api.create(&config("a", name, app, 0)).await.unwrap();
    }
    let configs = builder(&api).resync(std::time::Duration::from_secs(300)).build();
    let _by_app = configs.add_index(Index::label("app")).unwrap();
    let subscription = configs.subscriber().name("printer").on_event(|_: &Event<ConfigMap>| {});
    configs.start().synced(PATIENCE).await.unwrap();
    subscription.synced().await.unwrap();
    let mut view = configs.debug_view();
    // What other tests in this process have of the kind is in it.
    view.memory = MemoryView::default();
    let bytes = std::mem::take(&mut view.watches[0].received_bytes);
    assert!(bytes > 100, "{bytes}");
    insta::assert_snapshot!(serde_json::to_string_pretty(&view).unwrap(), @r#"
    {
      "name": "configmaps",
      "resource": "configmaps",
      "apiVersion": "v1",
      "kind": "ConfigMap",
      "running": true,
      "synced": true,
      "knownObjects": 2,
      "lastResourceVersion": "21",
      "queueDepth": 0,
      "resyncSeconds": 300.0,
      "watches": [
        {
          "namespace": null,
          "phase": "watching",
          "synced": true,
          "version": "21",
          "ageSeconds": 0.0,
          "queue": {
            "changes": 0,
            "objects": 0,
            "capacity": 2000,
            "full": false,
            "pushed": 1,
            "popped": 1
          },
          "lastError": null,
          "lastErrorAgeSeconds": null,
          "lists": 1,
          "relists": 0,
          "watches": 0,
          "items": 2,
          "events": 0,
          "bookmarks": 1,
          "receivedBytes": 0,
          "unreadable": 0,
          "failures": 0
        }
      ],
      "indexes": [
        {
          "name": "namespace",
          "values": 1,
          "entries": 2,
          "errors": 0,
          "lastError": null
        },
        {
          "name": "app",
          "values": 2,
          "entries": 2,
          "errors": 0,
          "lastError": null
        }
      ],
      "subscribers": [
        {
          "name": "printer",
          "synced": true,
          "pending": 0,
          "lagSeconds": 0.0,
          "policy": "Coalesce { bound: 8192 }",
          "merged": 0,
          "handled": 2,
          "errors": 0,
          "panics": 0,
          "resyncSeconds": 300.0
        }
      ],
      "counts": {
        "batches": 1,
        "added": 2,
        "updated": 0,
        "deleted": 0,
        "lists": 1,
        "unchanged": 0,
        "errors": 0
      },
      "memory": {
        "totalBytes": 0,
        "objects": 0,
        "headerBytes": 0,
        "rawObjects": 0,
        "rawBytes": 0,
        "packedObjects": 0,
        "packedBytes": 0,
        "unpackedBytes": 0,
        "keptBytes": 0,
        "typedObjects": 0,
        "typedBytes": 0,
        "dictionaryBytes": 0
      }
    }
    "#);
    let debug = format!("{:?} {configs:?} {subscription:?}", configs.debug_view());
    assert!(debug.contains("printer") && !debug.contains("a/one"), "{debug}");
}
