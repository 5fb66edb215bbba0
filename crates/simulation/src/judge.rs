//! One run, played and judged.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;

use crate::checker::{Checker, Verdict, Violation, ViolationKind};
use crate::trace::START;
use crate::{Report, Scenario, Variant, run};

/// A run with what it came to.
#[derive(Clone, Debug, Default)]
pub struct Judged {
    /// What happened.
    pub report: Report,
    /// Whether every promise was kept.
    pub verdict: Verdict,
}

/// Plays a scenario with a variant of the product and holds it to its promises.
#[must_use]
pub fn judge(scenario: &Scenario, variant: Variant) -> Judged {
    // Nothing of the run is used after it panicked.
    let report = match catch_unwind(AssertUnwindSafe(|| run(scenario, variant))) {
        Ok(Ok(report)) => report,
        Ok(Err(error)) => return failed(&error.to_string()),
        Err(_) => return failed("it panicked"),
    };
    let mut checker = Checker::new(Arc::new(scenario.clone()));
    for observed in &report.observations {
        checker.observe(observed.at, &observed.what);
    }
    let end = START.plus(report.virtual_time);
    let verdict = checker.finish(end, report.quiet);
    Judged { report, verdict }
}

fn failed(reason: &str) -> Judged {
    let violation = Violation {
        at: START,
        kind: ViolationKind::RunFailed,
        key: None,
        change: None,
        text: reason.to_owned(),
    };
    Judged {
        report: Report::default(),
        verdict: Verdict {
            violations: vec![violation],
            ..Verdict::default()
        },
    }
}
