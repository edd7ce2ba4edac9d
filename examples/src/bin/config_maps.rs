//! The clientset reads: the ConfigMaps of a namespace with their data.

use clap::Parser;
use lookglass::{Result, client::Clientset};
use lookglass_examples::{Cluster, connect};

/// Lists the ConfigMaps of a namespace with their data.
#[derive(Parser)]
struct Args {
    #[command(flatten)]
    cluster: Cluster,
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<()> {
    let Args { cluster } = Args::parse();
    let connection = connect(&cluster, CONFIG_MAPS).await?;
    let clientset = Clientset::new(&connection.client);

    let maps = clientset.core_v1().config_maps(&connection.namespace).list(&Default::default()).await?;
    for map in &maps {
        println!("{}", map.name());
        // Until here nothing was decoded; a name needs no more than the bytes that came.
        for (name, value) in map.typed()?.data.iter().flatten() {
            println!("  {name}: {}", value.trim_end().replace('\n', "\n    "));
        }
    }
    Ok(())
}

const CONFIG_MAPS: &str = "
apiVersion: v1
kind: ConfigMap
metadata: {name: web}
data:
  colour: green
  motd: |
    Good morning.
    The coffee is ready.
---
apiVersion: v1
kind: ConfigMap
metadata: {name: empty}
";
