//! The end of the invocation, for what has to plan with it.

use tokio::time::Instant;

tokio::task_local! {
    static DEADLINE: Instant;
}

/// Runs `work` in an invocation that ends at `deadline`, as [`run`](super::run) and [`run_queue`](super::run_queue)
/// do with every handler: [`Once`](super::Once) derives its lease from it. Known in the task of `work` only, not in
/// those that it spawns.
pub async fn before<F: Future>(deadline: Instant, work: F) -> F::Output {
    DEADLINE.scope(deadline, work).await
}

/// When the invocation ends, if that is known.
pub(super) fn deadline() -> Option<Instant> {
    DEADLINE.try_with(|deadline| *deadline).ok()
}
