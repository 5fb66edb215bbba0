use std::time::Duration;

use serde_json::json;

use super::bus::refused;
use super::declared::pipe;
use super::shop::Machine;
use crate::pipe::State;

#[tokio::test(start_paused = true)]
async fn row_4_2_stops_by_itself_when_the_bus_refuses_everything() {
    // GIVEN a role that may not publish
    let machine = Machine::in_memory();
    machine.put_all(0..3).await;
    let mut run = machine.start_with(pipe(&json!({}), &json!({})), |_| {
        Some(refused(403, "AccessDeniedException"))
    });
    assert_eq!(run.state(), State::Running);
    // WHEN an hour has passed
    tokio::time::sleep(Duration::from_hours(1)).await;
    // THEN the pipe has stopped, says why, and tries nothing more
    let State::Stopped { reason } = run.state() else {
        panic!("it runs");
    };
    assert!(reason.contains("403 AccessDeniedException"), "{reason}");
    assert_eq!(run.bus.calls_so_far().len(), 100);
    machine.put("late", "").await;
    tokio::time::sleep(Duration::from_hours(1)).await;
    assert_eq!(run.bus.calls_so_far().len(), 100);
    let told = run.warnings();
    assert!(
        told.last()
            .unwrap()
            .contains("the pipe orders stopped by itself"),
        "{told:?}"
    );
    // AND a start after the repair goes on where it was
    drop(run);
    let run = machine.start(&json!({}));
    assert_eq!(run.state(), State::Running);
    assert_eq!(run.arrived().await, ["0", "1", "2", "late"]);
}

#[tokio::test(start_paused = true)]
async fn row_4_1_pipe_that_is_wanted_stopped_keeps_its_position() {
    let machine = Machine::in_memory();
    let run = machine.start(&json!({}));
    machine.put("1", "").await;
    assert_eq!(run.arrived().await, ["1"]);
    drop(run);
    // WHEN it is stopped while something is written
    let stopped = json!({ "desiredState": "STOPPED" });
    let run = machine.start_with(pipe(&json!({}), &stopped), |_| None);
    machine.put("2", "").await;
    assert!(run.arrived().await.is_empty());
    assert!(matches!(run.state(), State::Stopped { reason } if reason.contains("USER_INITIATED")));
    drop(run);
    // THEN it goes on there
    let run = machine.start(&json!({}));
    assert_eq!(run.arrived().await, ["2"]);
}
