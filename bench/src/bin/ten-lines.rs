//! What a program of ten lines costs to build again: `touch` this and time `cargo build --release -p lookglass-bench --bin ten-lines`.

use lookglass_client::{Client, Clientset, ListOptions};

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let clientset = Clientset::new(&Client::from_env().await?);
    for pod in clientset.core_v1().pods("default").list(&ListOptions::default()).await?.iter() {
        let pod = pod.typed()?;
        println!("{:?} {:?}", pod.metadata.name, pod.status.as_ref().and_then(|status| status.phase.as_ref()));
    }
    Ok(())
}
