//! A DynamoDB that answers each call as its script says, and keeps every byte that it was sent.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use aws_credential_types::Credentials;
use aws_sdk_dynamodb::config::{BehaviorVersion, Region};
use aws_sdk_dynamodb::{Client, Config};
use serde_json::{Value, json};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};

/// What becomes of one call.
#[derive(Clone, Debug)]
pub(crate) enum Reply {
    /// This status with this body.
    Answer(u16, Value),
    /// A success whose body is no JSON.
    Garbage,
    /// No answer, ever.
    Silence,
    /// The connection is closed within the answer.
    Cut,
    /// The connection is reset.
    Reset,
    /// The call is passed on, and its answer comes back.
    Pass,
    /// The call is passed on, and the connection is reset in place of the answer.
    PassAndReset,
}

impl Reply {
    pub(crate) fn ok(body: Value) -> Self {
        Self::Answer(200, body)
    }

    /// An error as DynamoDB words it.
    pub(crate) fn error(status: u16, code: &str) -> Self {
        let code = format!("com.amazonaws.dynamodb.v20120810#{code}");
        Self::Answer(status, json!({ "__type": code, "message": "as scripted" }))
    }

    /// `TransactionCanceledException` with these reasons.
    pub(crate) fn cancelled(reasons: &Value) -> Self {
        let code = "com.amazonaws.dynamodb.v20120810#TransactionCanceledException";
        Self::Answer(
            400,
            json!({ "__type": code, "Message": "Transaction cancelled", "CancellationReasons": reasons }),
        )
    }
}

#[derive(Default)]
struct State {
    writes: VecDeque<Reply>,
    always: Option<Reply>,
    reads: VecDeque<Reply>,
    requests: Vec<(String, Vec<u8>)>,
    /// Where calls are passed on to.
    behind: Option<String>,
    /// Writes behind the first so many are passed on under tokens of their own.
    renamed_after: Option<usize>,
}

/// The server; clones are the same one.
#[derive(Clone)]
pub(crate) struct Script {
    state: Arc<Mutex<State>>,
    endpoint: String,
}

impl Script {
    /// One that answers writes so, one after the other, and then with success.
    pub(crate) async fn start(writes: impl IntoIterator<Item = Reply>) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let endpoint = format!("http://{}", listener.local_addr().unwrap());
        let state = Arc::new(Mutex::new(State {
            writes: writes.into_iter().collect(),
            ..State::default()
        }));
        let script = Self { state, endpoint };
        let served = script.clone();
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                tokio::spawn(served.clone().serve(stream));
            }
        });
        script
    }

    /// One in front of a real server.
    pub(crate) async fn before(behind: &str, writes: impl IntoIterator<Item = Reply>) -> Self {
        let script = Self::start(writes).await;
        {
            let mut state = script.state();
            state.behind = Some(behind.to_owned());
            state.always = Some(Reply::Pass);
        }
        script
    }

    /// Every write that the script has no answer to is answered so.
    pub(crate) fn always(self, reply: Reply) -> Self {
        self.state().always = Some(reply);
        self
    }

    /// Answers reads so, one after the other, and then with no item.
    pub(crate) fn reads(self, replies: impl IntoIterator<Item = Reply>) -> Self {
        self.state().reads.extend(replies);
        self
    }

    /// Passes the writes behind the first `count` on under tokens of their own: as if DynamoDB had forgotten those
    /// that it was sent.
    pub(crate) fn rename_tokens_after(&self, count: usize) {
        self.state().renamed_after = Some(count);
    }

    pub(crate) fn client(&self, access_key_id: &str) -> Client {
        let credentials = Credentials::new(access_key_id, "secret", None, None, "test");
        let settings = Config::builder()
            .behavior_version(BehaviorVersion::latest())
            .region(Region::new("us-east-1"))
            .credentials_provider(credentials)
            .http_client(aws_smithy_http_client::Builder::new().build_http())
            .endpoint_url(&self.endpoint);
        Client::from_conf(settings.build())
    }

    /// The bodies of all calls that wanted to write, byte for byte.
    pub(crate) fn writes(&self) -> Vec<Vec<u8>> {
        self.bodies("TransactWriteItems")
    }

    /// The same, read.
    pub(crate) fn written(&self) -> Vec<Value> {
        let writes = self.writes();
        let read = |body: &Vec<u8>| serde_json::from_slice(body).unwrap();
        writes.iter().map(read).collect()
    }

    /// The calls that read an item.
    pub(crate) fn read(&self) -> Vec<Value> {
        let reads = self.bodies("GetItem");
        let read = |body: &Vec<u8>| serde_json::from_slice(body).unwrap();
        reads.iter().map(read).collect()
    }

    fn bodies(&self, operation: &str) -> Vec<Vec<u8>> {
        let state = self.state();
        let of = state.requests.iter().filter(|(of, _)| of == operation);
        of.map(|(_, body)| body.clone()).collect()
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    async fn serve(self, mut stream: TcpStream) {
        while let Some(mut request) = Request::read(&mut stream).await {
            let (reply, behind) = {
                let mut state = self.state();
                let sent = (request.operation.clone(), request.body().to_vec());
                state.requests.push(sent);
                let of = |(operation, _): &&(String, _)| *operation == "TransactWriteItems";
                let writes = state.requests.iter().filter(of).count();
                if state.renamed_after.is_some_and(|count| writes > count) {
                    request.rename_token(writes);
                }
                let reply = if request.operation == "TransactWriteItems" {
                    state.writes.pop_front().or_else(|| state.always.clone())
                } else if state.behind.is_some() {
                    Some(Reply::Pass)
                } else {
                    state.reads.pop_front()
                };
                (reply.unwrap_or(Reply::ok(json!({}))), state.behind.clone())
            };
            let answer = match reply {
                Reply::Answer(status, body) => http(status, &body.to_string()),
                Reply::Garbage => http(200, "<html>"),
                Reply::Silence => std::future::pending().await,
                Reply::Cut => {
                    let whole = http(200, "{\"ConsumedCapacity\":[]}");
                    let _ = stream.write_all(&whole[..whole.len() - 5]).await;
                    return;
                }
                Reply::Reset => return reset(&stream),
                Reply::Pass => request.passed_on(&behind.unwrap()).await,
                Reply::PassAndReset => {
                    request.passed_on(&behind.unwrap()).await;
                    return reset(&stream);
                }
            };
            if stream.write_all(&answer).await.is_err() {
                return;
            }
        }
    }
}

struct Request {
    operation: String,
    bytes: Vec<u8>,
    head: usize,
}

impl Request {
    async fn read(stream: &mut TcpStream) -> Option<Self> {
        let mut bytes = Vec::new();
        let head = loop {
            if let Some(end) = bytes.windows(4).position(|part| part == b"\r\n\r\n") {
                break end + 4;
            }
            if stream.read_buf(&mut bytes).await.ok()? == 0 {
                return None;
            }
        };
        let text = String::from_utf8(bytes[..head].to_vec()).unwrap();
        let header = |name: &str| {
            text.lines().find_map(|line| {
                let (found, value) = line.split_once(':')?;
                found
                    .eq_ignore_ascii_case(name)
                    .then(|| value.trim().to_owned())
            })
        };
        let length: usize = header("content-length").unwrap().parse().unwrap();
        while bytes.len() < head + length {
            if stream.read_buf(&mut bytes).await.ok()? == 0 {
                return None;
            }
        }
        let target = header("x-amz-target").unwrap();
        Some(Self {
            operation: target.rsplit('.').next().unwrap().to_owned(),
            bytes,
            head,
        })
    }

    fn body(&self) -> &[u8] {
        &self.bytes[self.head..]
    }

    /// Of the same length, so that the head stays true.
    fn rename_token(&mut self, number: usize) {
        let name = b"\"ClientRequestToken\":\"";
        let at = self.bytes.windows(name.len()).position(|part| part == name);
        if let Some(at) = at {
            self.bytes[at + name.len()] = b'a' + u8::try_from(number % 26).unwrap();
        }
    }

    /// Sends the request as it came to a server, and gives its answer as it comes.
    async fn passed_on(&self, behind: &str) -> Vec<u8> {
        let address = behind.strip_prefix("http://").unwrap();
        let mut stream = TcpStream::connect(address).await.unwrap();
        stream.write_all(&self.bytes).await.unwrap();
        let mut answer = Vec::new();
        loop {
            stream.read_buf(&mut answer).await.unwrap();
            let Some(end) = answer.windows(4).position(|part| part == b"\r\n\r\n") else {
                continue;
            };
            let head = String::from_utf8(answer[..end].to_ascii_lowercase()).unwrap();
            let (_, length) = head.split_once("content-length:").unwrap();
            let length: usize = length.lines().next().unwrap().trim().parse().unwrap();
            if answer.len() >= end + 4 + length {
                return answer;
            }
        }
    }
}

fn reset(stream: &TcpStream) {
    stream.set_zero_linger().unwrap();
}

fn http(status: u16, body: &str) -> Vec<u8> {
    let length = body.len();
    format!("HTTP/1.1 {status} as scripted\r\ncontent-type: application/x-amz-json-1.0\r\ncontent-length: {length}\r\n\r\n{body}")
        .into_bytes()
}
