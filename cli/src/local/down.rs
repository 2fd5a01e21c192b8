//! `countersign down` and `countersign status`: ends what was started here, by its record, and says what runs.

use super::{
    engine::Engine,
    layout::{Addresses, Folder},
    processes, simulators,
    up::places,
};
use crate::{
    checkout,
    deployment::Place,
    failure::{Done, Failure},
    print,
};

/// Stops all that `up` started. Done again, it changes nothing.
pub(crate) fn down(place: &Place) -> Done {
    let (root, folder) = (checkout::root()?, place.folder()?);
    Addresses::forget(&folder);
    let ended = processes::end(&folder, simulators::NAME);
    print::line(if ended { "The simulators are stopped" } else { "The simulators were not running" });
    let engine = Engine::of(&root, &folder);
    if engine.is_installed() && folder.0.is_dir() { engine.down() } else { not_running() }
}

fn not_running() -> Done {
    print::line("LocalStack was not running");
    Ok(())
}

/// Says what runs; fails unless all does.
pub(crate) fn status(place: &Place) -> Done {
    let (root, folder) = (checkout::root()?, place.folder()?);
    let engine = Engine::of(&root, &folder).status();
    let simulators = show_simulators(&folder);
    if engine && simulators {
        Ok(())
    } else {
        Err(Failure::new("not all of it runs").advising("Start it with `make up`."))
    }
}

fn show_simulators(folder: &Folder) -> bool {
    let running = processes::running(folder, simulators::NAME);
    match (&running, Addresses::read(folder)) {
        (Some(process), Ok(addresses)) => {
            print::line(format!(
                "The simulators run (process {})\n{}",
                process.pid,
                places(&addresses, folder)
            ));
        }
        (Some(process), Err(_)) => print::line(format!("The simulators run (process {})", process.pid)),
        (None, _) => print::line("The simulators do not run"),
    }
    running.is_some()
}
