//! As much HTTP/1.1 as the mocks need: requests with a length, answers with a length, connections that stay open.

use std::{
    io::{self, BufRead, BufReader, Read, Write},
    net::{Ipv4Addr, SocketAddr, TcpListener, TcpStream},
    sync::Arc,
    thread,
};

/// The longest line of a request's head.
const MAX_LINE_BYTES: u64 = 16 * 1024;
/// The most headers of a request.
const MAX_HEADERS: usize = 100;
/// The longest body of a request: the most that a function may answer.
const MAX_BODY_BYTES: usize = 6 * 1024 * 1024;

/// A request; names of headers are in small letters.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Request {
    pub(crate) method: String,
    pub(crate) path: String,
    pub(crate) headers: Vec<(String, String)>,
    pub(crate) body: Vec<u8>,
}

impl Request {
    /// A header by its name in small letters.
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(found, _)| found == name).map(|(_, value)| value.as_str())
    }
}

/// An answer.
#[derive(Clone, Debug, Default)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) headers: Vec<(&'static str, String)>,
    pub(crate) body: Vec<u8>,
}

/// Serves on a free port of this machine, one thread per connection, until the process ends. An answer of `None`
/// closes the connection.
pub(crate) fn serve(
    answer: impl Fn(Request) -> Option<Answer> + Send + Sync + 'static,
) -> io::Result<SocketAddr> {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?;
    let address = listener.local_addr()?;
    let answer = Arc::new(answer);
    thread::spawn(move || {
        for stream in listener.incoming().flatten() {
            let answer = answer.clone();
            thread::spawn(move || drop(talk(stream, &*answer)));
        }
    });
    Ok(address)
}

fn talk(mut stream: TcpStream, answer: &impl Fn(Request) -> Option<Answer>) -> io::Result<()> {
    stream.set_nodelay(true)?;
    let mut reader = BufReader::new(stream.try_clone()?);
    while let Some(request) = read(&mut reader)? {
        let Some(answer) = answer(request) else { return Ok(()) };
        stream.write_all(&written(&answer))?;
    }
    Ok(())
}

fn written(answer: &Answer) -> Vec<u8> {
    let mut head = format!("HTTP/1.1 {} -\r\ncontent-length: {}\r\n", answer.status, answer.body.len());
    for (name, value) in &answer.headers {
        head.push_str(&format!("{name}: {value}\r\n"));
    }
    head.push_str("\r\n");
    [head.as_bytes(), &answer.body].concat()
}

/// The next request; `None` at the end of the connection.
fn read(reader: &mut impl BufRead) -> io::Result<Option<Request>> {
    let Some(first) = line(reader)? else { return Ok(None) };
    let mut words = first.split(' ').map(str::to_owned);
    let (Some(method), Some(path)) = (words.next(), words.next()) else { return Err(bad("request line")) };
    let mut request = Request { method, path, ..Request::default() };
    while let Some(header) = line(reader)?.filter(|line| !line.is_empty()) {
        let (name, value) = header.split_once(':').ok_or_else(|| bad("header"))?;
        request.headers.push((name.to_ascii_lowercase(), value.trim().to_owned()));
        if request.headers.len() > MAX_HEADERS {
            return Err(bad("number of headers"));
        }
    }
    let length = request.header("content-length").map_or(Ok(0), str::parse).map_err(|_| bad("length"))?;
    if length > MAX_BODY_BYTES {
        return Err(bad("length"));
    }
    request.body = vec![0; length];
    reader.read_exact(&mut request.body)?;
    Ok(Some(request))
}

fn line(reader: &mut impl BufRead) -> io::Result<Option<String>> {
    let mut text = String::new();
    let read = reader.take(MAX_LINE_BYTES).read_line(&mut text)?;
    match text.strip_suffix('\n') {
        Some(line) => Ok(Some(line.trim_end_matches('\r').to_owned())),
        None if read == 0 => Ok(None),
        None => Err(bad("line")),
    }
}

fn bad(what: &str) -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, format!("not a {what} that is understood"))
}

/// Sends one request and reads status and body of the answer; the connection ends with it.
#[cfg(test)]
pub(crate) fn call(address: SocketAddr, method: &str, path: &str, more: &str, body: &str) -> (u16, String) {
    let mut stream = TcpStream::connect(address).unwrap();
    let length = body.len();
    write!(stream, "{method} {path} HTTP/1.1\r\nContent-Length: {length}\r\n{more}\r\n{body}").unwrap();
    let mut reader = BufReader::new(stream);
    let status = line(&mut reader).unwrap().unwrap_or_default();
    let mut length = 0;
    while let Some(header) = line(&mut reader).unwrap().filter(|line| !line.is_empty()) {
        if let Some(found) = header.strip_prefix("content-length: ") {
            length = found.parse().unwrap();
        }
    }
    let mut body = vec![0; length];
    reader.read_exact(&mut body).unwrap();
    let code = status.split(' ').nth(1).and_then(|code| code.parse().ok()).unwrap_or_default();
    (code, String::from_utf8(body).unwrap())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &str, expected: Option<(&str, &str, &str)>) {
        let found = read(&mut text.as_bytes()).ok().flatten();
        let body = |request: &Request| String::from_utf8_lossy(&request.body).into_owned();
        let found = found.map(|request| (request.method.clone(), request.path.clone(), body(&request)));
        let expected = expected.map(|(method, path, body)| (method.into(), path.into(), body.into()));
        assert_eq!(found, expected, "{:?}", text.get(..text.len().min(80)));
    }

    #[test]
    fn requests_are_read_within_limits() {
        check("GET /next HTTP/1.1\r\n\r\n", Some(("GET", "/next", "")));
        check("POST / HTTP/1.1\r\nContent-LENGTH: 3\r\nX: y\r\n\r\nabcd", Some(("POST", "/", "abc")));
        check("", None);
        check("GET\r\n\r\n", None);
        check("GET / HTTP/1.1\r\nnonsense\r\n\r\n", None);
        check("GET / HTTP/1.1\r\ncontent-length: -1\r\n\r\n", None);
        check("GET / HTTP/1.1\r\ncontent-length: 9\r\n\r\nabc", None);
        check(&format!("GET / HTTP/1.1\r\ncontent-length: {}\r\n\r\n", MAX_BODY_BYTES + 1), None);
        check(&format!("GET /{}", "x".repeat(20_000)), None);
        check(&format!("GET / HTTP/1.1\r\n{}\r\n", "a: b\r\n".repeat(MAX_HEADERS + 1)), None);
    }
}
