//! The course of a run: what happens to the table and to the emulator, and when it is over.

use std::sync::Arc;
use std::time::Duration;

use delivery::Time;
use tokio::sync::oneshot;
use tokio::time::timeout;

use crate::functions::call;
use crate::observation::{Observation, Waiting};
use crate::report::Report;
use crate::scenario::{Flow, Write};
use crate::trace::START;
use crate::world::{Ground, Life, LifeError, Log, Plan};
use crate::{Scenario, Variant};

/// Longer than any pause between two attempts: when nothing was tried for so long, nothing will be.
const QUIET: Duration = Duration::from_mins(16);

/// After the last step something may go on for so long.
const LIMIT: Duration = Duration::from_hours(30);

/// How often the schedule of the function comes that may wait for an event.
const SCHEDULE: Duration = Duration::from_mins(1);

/// How long an emulator that can't start waits before it tries again.
const BETWEEN_STARTS: Duration = Duration::from_secs(1);

/// Something that the scenario does at its time.
#[derive(Clone, Copy)]
enum Step {
    Operation(usize),
    FaultBegins(usize),
    FaultEnds(usize),
    Split(usize),
    Kill(usize),
}

/// Plays a scenario on the paused clock of this thread's runtime.
pub(crate) async fn play(scenario: &Scenario, variant: Variant) -> Result<Report, LifeError> {
    let ground = Arc::new(Ground::new(scenario, variant)?);
    let _log = tracing::subscriber::set_default(Log(Arc::clone(&ground)));
    let mut course = Course {
        scenario,
        plan: Plan::new(scenario, variant),
        life: None,
        dying: None,
        down: Duration::ZERO,
        told_of_stop: false,
        callers: 0,
        schedules: 0,
        swept: scenario.flow != Flow::Checkout,
        sweeper_dies_after: scenario.settings.sweeper_dies_after,
        start_at: Some(START),
        most_waiting: Waiting::default(),
        ground,
    };
    course.start()?;
    let steps = steps(scenario);
    let last_step = steps.last().map_or(START, |(at, _)| *at);
    let mut steps = steps.into_iter().peekable();
    let quiet = loop {
        let ground = &course.ground;
        let now = ground.clock.now();
        let step = steps.peek().map(|(at, _)| *at);
        let limit = last_step.plus(LIMIT);
        // What expires in weeks is none of this run's.
        let expiry = ground.table.next_expiry().filter(|at| *at < limit);
        let schedule = course.next_schedule(now);
        let has_parked = ground.lanes.has_parked() && variant.has_schedule();
        let waits_for_schedule = schedule.filter(|_| has_parked);
        let pending = [step, course.start_at, expiry, waits_for_schedule];
        // When nothing comes by itself, it is over once nothing was tried for long enough.
        let over = pending
            .iter()
            .all(Option::is_none)
            .then(|| ground.recorder.last_activity().max(last_step).plus(QUIET));
        if over.is_some_and(|over| over <= now) {
            if course.sweep().await {
                continue;
            }
            break true;
        }
        if limit <= now {
            break false;
        }
        let next = pending
            .into_iter()
            .chain([over, ground.table.next_trim(), schedule])
            .flatten()
            .fold(limit, Time::min);
        if course.dies_before(next).await {
            course.kill();
            continue;
        }
        let now = course.ground.clock.now();
        course.housekeeping(now);
        if course.start_at.is_some_and(|at| at <= now) {
            course.start()?;
        }
        if schedule.is_some_and(|at| at <= now) {
            course.come_scheduled();
        }
        while let Some((_, step)) = steps.next_if(|(at, _)| *at <= now) {
            course.step(step, now);
        }
        let most = &mut course.most_waiting;
        course.ground.observe_waiting(most, false);
        course.watch_the_pipe();
    };
    Ok(course.finish(quiet).await)
}

/// A run under way.
struct Course<'a> {
    scenario: &'a Scenario,
    ground: Arc<Ground>,
    plan: Plan,
    life: Option<Life>,
    /// Tells when the emulator is to die after a commit.
    dying: Option<oneshot::Receiver<()>>,
    /// How long it stays away then.
    down: Duration,
    /// Whether it was told that the pipe of this life stopped.
    told_of_stop: bool,
    /// How many callers of the shop there were.
    callers: u32,
    /// How often the schedule came.
    schedules: u64,
    /// Whether the sweeper was at work, if the flow has one.
    swept: bool,
    /// How long the next sweeper lives, if it does not come to its end.
    sweeper_dies_after: Option<Duration>,
    /// When the emulator is started, if it is not there.
    start_at: Option<Time>,
    /// The most that ever waited.
    most_waiting: Waiting,
}

impl Course<'_> {
    /// Waits until `time`, or less if the emulator dies before: whether it does.
    async fn dies_before(&mut self, time: Time) -> bool {
        let clock = self.ground.clock;
        let Some(dying) = &mut self.dying else {
            clock.sleep_until(time).await;
            return false;
        };
        tokio::select! {
            biased;
            // A commit comes before whatever else is to happen at its time.
            _ = dying => true,
            () = clock.sleep_until(time) => false,
        }
    }

    fn step(&mut self, step: Step, now: Time) {
        let ground = &self.ground;
        match step {
            Step::Operation(place) => {
                let operation = &self.scenario.operations[place];
                if matches!(operation.write, Write::Place { .. } | Write::Restock { .. }) {
                    self.callers += 1;
                    let ground = Arc::clone(ground);
                    tokio::spawn(call(ground, operation.clone(), place, self.callers));
                    return;
                }
                if let Some(change) = ground.table.apply(operation, now) {
                    ground.observe(Observation::Committed(change));
                }
            }
            Step::FaultBegins(fault) => ground.observe(Observation::FaultBegan { fault }),
            Step::FaultEnds(fault) => ground.observe(Observation::FaultEnded { fault }),
            Step::Split(split) => {
                let shard = self.scenario.splits[split].shard;
                if let Some((parent, children)) = ground.table.split(shard, now) {
                    ground.observe(Observation::Split { parent, children });
                }
            }
            Step::Kill(kill) => {
                let kill = &self.scenario.kills[kill];
                if self.life.is_none() {
                    return;
                }
                self.down = kill.down;
                match kill.after_commits {
                    Some(commits) => {
                        self.dying = Some(ground.store.fail_after(u64::from(commits)));
                    }
                    None => self.kill(),
                }
            }
        }
    }

    /// When the schedule comes, if the flow has one.
    fn next_schedule(&self, now: Time) -> Option<Time> {
        let rounds = now.since(START).as_millis() / SCHEDULE.as_millis() + 1;
        let rounds = u32::try_from(rounds).unwrap_or(u32::MAX);
        (self.scenario.flow == Flow::Checkout).then(|| START.plus(SCHEDULE.saturating_mul(rounds)))
    }

    /// The schedule comes. Where nothing is parked the function would find nothing, so it need not run.
    fn come_scheduled(&mut self) {
        let ground = &self.ground;
        if !ground.lanes.has_parked() || !ground.variant.has_schedule() {
            return;
        }
        if let Some(life) = &mut self.life {
            self.schedules += 1;
            life.come_scheduled(self.schedules);
        }
    }

    fn housekeeping(&mut self, now: Time) {
        let ground = &self.ground;
        for change in ground.table.expire(now) {
            ground.observe(Observation::Committed(change));
        }
        for event_id in ground.table.trim(now) {
            ground.observe(Observation::Trimmed { event_id });
        }
    }

    /// Tells once when the pipe has stopped by itself.
    fn watch_the_pipe(&mut self) {
        let stopped = self.life.as_ref().and_then(Life::pipe_stopped);
        if let Some(reason) = stopped.filter(|_| !self.told_of_stop) {
            self.told_of_stop = true;
            self.ground
                .recorder
                .note(Observation::PipeStopped { reason });
        }
    }

    /// Lets the sweeper of the outbox work, once, or another one when the first has died: whether one did.
    async fn sweep(&mut self) -> bool {
        let Some(life) = self.life.as_ref().filter(|_| !self.swept) else {
            return false;
        };
        // A death that never came would come in the middle of it.
        self.dying = None;
        self.ground.store.recover();
        let lives = self.sweeper_dies_after.take().unwrap_or(Duration::MAX);
        self.swept = timeout(lives, life.sweep(&self.ground)).await.is_ok();
        if !self.swept {
            self.ground.observe(Observation::SweeperDied);
        }
        true
    }

    /// Everything that was not committed is gone.
    fn kill(&mut self) {
        self.life = None;
        self.told_of_stop = false;
        self.dying = None;
        self.ground.store.recover();
        self.ground.observe(Observation::Killed);
        self.start_at = Some(self.ground.clock.now().plus(self.down));
    }

    /// Starts the emulator over what is committed. It can't when the stream can't be read; it tries again then.
    fn start(&mut self) -> Result<(), LifeError> {
        let ground = &self.ground;
        let first = ground.clock.now() == START;
        if !first {
            ground.variant.restarting(&ground.store)?;
        }
        match self.plan.start(ground) {
            Ok(life) => {
                self.life = Some(life);
                self.start_at = None;
                if !first {
                    ground.observe(Observation::Restarted);
                }
                Ok(())
            }
            Err(error @ (LifeError::Mapping(_) | LifeError::Pipe(_))) => {
                ground.observe(Observation::Warned(format!("it can't start: {error}")));
                self.start_at = Some(ground.clock.now().plus(BETWEEN_STARTS));
                Ok(())
            }
            Err(error) => Err(error),
        }
    }

    /// What is left at the end.
    async fn finish(mut self, quiet: bool) -> Report {
        let ground = &self.ground;
        // A death that never came would come while the queues are read.
        ground.store.recover();
        ground.observe_waiting(&mut self.most_waiting, true);
        if self.scenario.flow == Flow::Checkout {
            ground.verify(true);
        }
        if let Some(life) = &self.life {
            life.drain(ground).await;
        }
        let virtual_time = ground.clock.now().since(START);
        let (observations, counts) = ground.recorder.finish();
        Report {
            observations,
            counts,
            virtual_time,
            quiet,
        }
    }
}

/// All steps in the order of time.
fn steps(scenario: &Scenario) -> Vec<(Time, Step)> {
    let mut steps = Vec::new();
    for (place, fault) in scenario.faults.iter().enumerate() {
        steps.push((fault.from, Step::FaultBegins(place)));
        steps.push((fault.until, Step::FaultEnds(place)));
    }
    let operations = scenario.operations.iter().enumerate();
    steps.extend(operations.map(|(place, operation)| (operation.at, Step::Operation(place))));
    let splits = scenario.splits.iter().enumerate();
    steps.extend(splits.map(|(place, split)| (split.at, Step::Split(place))));
    let kills = scenario.kills.iter().enumerate();
    steps.extend(kills.map(|(place, kill)| (kill.at, Step::Kill(place))));
    // Stable: what comes at the same time keeps the order from above.
    steps.sort_by_key(|(at, _)| *at);
    steps
        .into_iter()
        .map(|(at, step)| (START.plus(at), step))
        .collect()
}
