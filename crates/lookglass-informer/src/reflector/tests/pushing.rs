//! What a reflector pushes into, full, closed or gone.

use super::*;

#[tokio::test(start_paused = true)]
async fn a_full_queue_holds_the_reflector_up_and_nothing_is_lost_or_suspected() {
    let api = ApiServer::builder().namespace("w").seed(1).start().await.unwrap();
    let client = Client::from(api.kube_client());
    let queue = Queue::builder(|object: &Object<ConfigMap>| object.key().clone()).capacity(1).build();
    let reflector = Reflector::builder(ListWatch::typed(&client).namespace("w")).seed(1).build();
    let freshness = reflector.freshness();
    let running = tokio::spawn(reflector.run(queue.clone(), pending()));
    assert!(matches!(queue.pop().await.unwrap()[..], [Change::ReplacedAll { .. }]));
    for at in 0..5 {
        api.create(&config(&format!("c{at}"), at)).await.unwrap();
    }
    tokio::time::sleep(Duration::from_secs(7200)).await;
    assert_eq!(queue.len(), 1);
    let mut told = Vec::new();
    while told.len() < 5 {
        for change in queue.pop().await.unwrap() {
            let Change::Added(object) = change else { panic!("{change:?}") };
            told.push(object.name().to_owned());
        }
    }
    assert_eq!(told, ["c0", "c1", "c2", "c3", "c4"]);
    tokio::time::sleep(Duration::from_secs(5)).await;
    assert_eq!(freshness.counters().failures, 0, "{freshness:?}");
    queue.close();
    api.create(&config("last", 0)).await.unwrap();
    assert_eq!(running.await.unwrap(), ReflectorEnd::SinkClosed);
    assert_eq!(freshness.phase(), Phase::Stopped);
}

#[tokio::test(start_paused = true)]
async fn what_stops_closes_its_watch() {
    for drops in [true, false] {
        let api = ApiServer::builder().namespace("w").start().await.unwrap();
        let client = Client::from(api.kube_client());
        let queue = Queue::new(|object: &Object<ConfigMap>| object.key().clone());
        let reflector = Reflector::new(ListWatch::<ConfigMap>::typed(&client).namespace("w"));
        let freshness = reflector.freshness();
        assert_eq!(freshness.phase(), Phase::Waiting);
        let (stop, stopped) = tokio::sync::oneshot::channel::<()>();
        let until = async move { drop(stopped.await) };
        let running = tokio::spawn(reflector.run(queue.clone(), until));
        drop(queue.pop().await.unwrap());
        if drops {
            running.abort();
            assert!(running.await.unwrap_err().is_cancelled());
        } else {
            stop.send(()).unwrap();
            assert_eq!(running.await.unwrap(), ReflectorEnd::Until);
        }
        assert_eq!(freshness.phase(), Phase::Stopped);
        api.create(&config("unheard", 0)).await.unwrap();
        tokio::time::sleep(Duration::from_secs(60)).await;
        assert!(queue.is_empty());
    }
}
