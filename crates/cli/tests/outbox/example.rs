use std::path::PathBuf;

use workspace::{Profile, Workspace};

use super::root;

/// Builds an example function of the workspace and says where it is.
pub(crate) async fn example(name: &str) -> PathBuf {
    let workspace = Workspace::read(&root()).await.unwrap();
    workspace.build_example(name).await.unwrap()
}

/// Builds a function of the workspace and says where it is.
pub(crate) async fn function(name: &str) -> PathBuf {
    let workspace = Workspace::read(&root()).await.unwrap();
    workspace.build_binary(name, Profile::Dev).await.unwrap()
}
