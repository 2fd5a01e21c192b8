//! One Chromium for one test: started with a profile of its own, pictured when the test fails, and stopped.

use std::{
    fs,
    future::Future,
    io::{BufRead, BufReader},
    panic::resume_unwind,
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
};
use thirtyfour::{ChromiumLikeCapabilities, DesiredCapabilities, WebDriver};

use crate::screen::Screen;

/// Where Debian and others put the browser and its driver.
const BROWSERS: [&str; 3] = ["chromium", "chromium-browser", "google-chrome"];
const DRIVER: &str = "chromedriver";
/// How often a driver is started before the test gives up.
const STARTS: usize = 5;

/// Nothing is asked of the network, and nothing is kept.
const ARGUMENTS: [&str; 9] = [
    "--headless=new",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--disable-dev-shm-usage",
];

/// Lets `test` look at `address` in a browser; where there is none, says that it did not run.
pub(crate) async fn browse<F: Future<Output = ()> + Send + 'static>(
    name: &str,
    address: &str,
    test: impl FnOnce(Screen) -> F,
) {
    let (Some(browser), Some(driver)) = (BROWSERS.iter().find_map(|name| installed(name)), installed(DRIVER))
    else {
        println!("skipped: Chromium or its driver is not installed (make test-deps)");
        return;
    };
    let mut driver = Driver::start(&driver, name);
    let screen = Screen::new(driver.open(&browser).await, address);
    let outcome = tokio::spawn(test(screen.clone())).await;
    if outcome.is_err() {
        screen.picture(&pictures().join(format!("{name}.png"))).await;
    }
    screen.close().await;
    drop(driver);
    if let Err(why) = outcome {
        resume_unwind(why.into_panic());
    }
}

fn pictures() -> PathBuf {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).with_file_name("page");
    fs::create_dir_all(&folder).unwrap();
    folder
}

#[allow(clippy::disallowed_methods, reason = "the tests look for programs where a shell would")]
fn installed(program: &str) -> Option<PathBuf> {
    let folders = std::env::var_os("PATH")?;
    std::env::split_paths(&folders).map(|folder| folder.join(program)).find(|path| path.is_file())
}

/// A driver that runs, and the folder in which its browser keeps its profile.
struct Driver {
    child: Child,
    address: String,
    profile: PathBuf,
}

impl Driver {
    /// A driver takes a port of IPv6 first and then the same of IPv4: where somebody else has that one, it ends.
    fn start(program: &Path, name: &str) -> Self {
        let mut said = Vec::new();
        let started =
            (0..STARTS).find_map(|_| Self::once(program, name).map_err(|words| said.push(words)).ok());
        started.unwrap_or_else(|| panic!("the driver did not start in {STARTS} tries: {said:?}"))
    }

    /// A driver that tells its port, or all that it said before it ended.
    fn once(program: &Path, name: &str) -> Result<Self, String> {
        let own = format!("page-{name}-{}", std::process::id());
        let profile = Path::new(env!("CARGO_TARGET_TMPDIR")).join(own);
        let mut child = Command::new(program)
            .args(["--port=0", "--log-level=WARNING"])
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let mut lines = BufReader::new(child.stdout.take().unwrap()).lines().map_while(Result::ok);
        let mut said = String::new();
        let port = lines.find_map(|line| {
            said.push_str(&line);
            said.push('\n');
            let (_, port) = line.split_once("successfully on port ")?;
            Some(port.trim_end_matches('.').to_owned())
        });
        let driver =
            Self { child, address: format!("http://127.0.0.1:{}", port.as_deref().unwrap_or("")), profile };
        // It goes on writing; somebody must read.
        std::thread::spawn(move || lines.for_each(drop));
        port.map(|_| driver).ok_or(said)
    }

    async fn open(&mut self, browser: &Path) -> WebDriver {
        let mut wanted = DesiredCapabilities::chrome();
        wanted.set_binary(&browser.to_string_lossy()).unwrap();
        for argument in ARGUMENTS {
            wanted.add_arg(argument).unwrap();
        }
        wanted.add_arg(&format!("--user-data-dir={}", self.profile.display())).unwrap();
        WebDriver::new(&self.address, wanted).await.unwrap()
    }
}

impl Drop for Driver {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
        let _ = fs::remove_dir_all(&self.profile);
    }
}
