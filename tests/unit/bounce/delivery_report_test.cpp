#include "bounce/delivery_report.hpp"

#include "bounce/report_fields.hpp"
#include "support/catch.hpp"

using namespace mxpulse;
using namespace mxpulse::bounce;
using namespace std::chrono_literals;

namespace {

std::string with_fields(const std::string& notice, const std::string& fields) {
  return "From: MAILER-DAEMON@relay.example.com (Mail Delivery System)\n"
         "Subject: Undelivered Mail Returned to Sender\n"
         "Date: Tue, 14 Nov 2023 23:00:00 +0100\n"
         "Content-Type: multipart/report; report-type=delivery-status; boundary=\"b\"\n\n"
         "--b\nContent-Type: text/plain\n\n" +
         notice +
         "\n--b\nContent-Type: message/delivery-status\n\n"
         "Reporting-MTA: dns; relay.example.com\nX-Postfix-Queue-ID: 4F1A2B3C4D\nArrival-Date: Fri, 10 Nov 2023 10:00:00 "
         "+0000\n\n" +
         fields +
         "\n\n--b\nContent-Type: message/rfc822\n\n"
         "Message-ID: <one@sender.example>\nTo: user@example.org\nSubject: hello\n\nhello\n--b--\n";
}

std::string recipient(const std::string& rest) { return "Final-Recipient: rfc822; user@example.org\nAction: failed\n" + rest; }

std::string for_people(const std::string& text) {
  return "From: MAILER-DAEMON@relay.example.com\nSubject: failure notice\n\n" + text;
}

BounceEvent only(const std::string& message) {
  auto events = read_delivery_report(message);
  REQUIRE(events.size() == 1);
  return events.front();
}

// One recipient with this Diagnostic-Code, and no words for people.
BounceEvent diagnosed(const std::string& diagnostic, const std::string& status = "5.0.0") {
  return only(with_fields("", recipient("Status: " + status + "\nDiagnostic-Code: " + diagnostic)));
}

void check_local(const BounceEvent& event, BounceClass bounce_class, std::optional<Cause> cause) {
  CHECK(label(event.bounce_class) == label(bounce_class));
  CHECK(event.cause == cause);
  CHECK(label(event.said_by) == label(SaidBy::kLocal));
}

void check_remote(const BounceEvent& event, int code) {
  CHECK(label(event.said_by) == label(SaidBy::kRemote));
  CHECK(event.reply_code == code);
  CHECK(label(event.bounce_class) == label(code < 500 ? BounceClass::kBusy : BounceClass::kRejected));
}

}  // namespace

TEST_CASE("a report with fields gives every part of its event") {
  const auto event = only(with_fields("", recipient("Status: 4.4.1\nDiagnostic-Code: X-Postfix; connect to\n"
                                                    "    mx.example.org[192.0.2.1]:25: Connection timed out")));
  check_local(event, BounceClass::kNoAnswer, Cause::kTimeout);
  CHECK(event.destination.text() == "example.org");
  CHECK(event.host == "mx.example.org");
  CHECK(event.address == Address::parse("192.0.2.1"));
  CHECK(event.enhanced_code == "4.4.1");
  CHECK_FALSE(event.reply_code);
  CHECK(event.queue_id == "one@sender.example");
  CHECK(event.time == SystemTime(1'699'999'200s));
  CHECK(event.text == "connect to mx.example.org[192.0.2.1]:25: Connection timed out");
}

TEST_CASE("the time is the last attempt's, else the report's own; the arrival was days before") {
  const auto message = with_fields("", recipient("Status: 4.4.1\nLast-Attempt-Date: Tue, 14 Nov 2023 21:00:00 +0000"));
  CHECK(only(message).time == SystemTime(1'699'995'600s));
}

TEST_CASE("a date that no clock of ours can hold is no date") {
  for (const std::string date :
       {"Tue, 14 Nov 2424 21:00:00 +0000", "Tue, 14 Nov 9999 21:00:00 +0000", "Tue, 14 Nov 1923 21:00:00 +0000"})
    CHECK(only(with_fields("", recipient("Status: 4.4.1\nLast-Attempt-Date: " + date))).time == SystemTime(1'699'999'200s));
}

TEST_CASE("a delay and the failure after it bear the same queue id") {
  const auto failed = with_fields("", recipient("Status: 4.4.1"));
  const auto delayed = with_fields("", "Final-Recipient: rfc822; user@example.org\nAction: delayed\nStatus: 4.4.1");
  CHECK(only(failed).queue_id == only(delayed).queue_id);
}

TEST_CASE("each recipient has an event of its own") {
  const auto events = read_delivery_report(
      with_fields("", recipient("Status: 5.1.1\nDiagnostic-Code: smtp; 550 5.1.1 unknown") +
                          "\n\nFinal-Recipient: rfc822; other@example.net\nAction: delayed\nStatus: 4.4.1\n"
                          "Diagnostic-Code: X-Postfix; connect to mx.example.net[192.0.2.2]:25: Connection refused"));
  REQUIRE(events.size() == 2);
  check_remote(events[0], 550);
  check_local(events[1], BounceClass::kNoAnswer, Cause::kRefused);
  CHECK(events[1].destination.text() == "example.net");
}

TEST_CASE("the address it was sent to in the end counts, not the alias") {
  const auto event =
      only(with_fields("",
                       "Final-Recipient: rfc822; info@alias.example\nX-Actual-Recipient: rfc822; user@example.org\n"
                       "Action: failed\nStatus: 4.4.1"));
  CHECK(event.destination.text() == "example.org");
}

TEST_CASE("a host that the remote host speaks of is not the one that was asked") {
  const auto listed = only(with_fields("", recipient("Status: 5.7.1\nRemote-MTA: dns; mx.example.org\nDiagnostic-Code: smtp; 554 "
                                                     "5.7.1 Client host out.sender.example[192.0.2.77] is on a list")));
  CHECK(listed.host == "mx.example.org");
  CHECK_FALSE(listed.address);
  CHECK(diagnosed("smtp; 550 5.7.1 [192.0.2.77] is on a list").host.empty());
  const auto named = only(for_people("<user@example.org>:\nThe remote server (192.0.2.1) replied: 550 no such user\n"));
  CHECK(named.host == "192.0.2.1");
  CHECK(named.address == Address::parse("192.0.2.1"));
}

TEST_CASE("a delivered recipient is delivered") {
  const auto event = only(with_fields("", "Final-Recipient: rfc822; user@example.org\nAction: relayed\nStatus: 2.0.0"));
  CHECK(event.bounce_class == BounceClass::kDelivered);
}

TEST_CASE("what a remote host said is its reply, whatever words are in it") {
  check_remote(diagnosed("smtp; 554 mx.example.org IB105. Connection refused. 192.0.2.9 is listed"), 554);
  check_remote(diagnosed("smtp; 550 5.4.1 [user@example.org]: Recipient address rejected: Access denied", "5.4.1"), 550);
  check_remote(
      diagnosed("X-Postfix; host mx.example.org[192.0.2.1] said: 450 4.1.1 <user@example.org>: unverified address: connect to "
                "mail.example.net[192.0.2.2]:25: Connection refused (in reply to RCPT TO command)"),
      450);
  check_remote(diagnosed("X-Postfix; host mx.example.org[192.0.2.1] refused to talk to me: 421 4.7.0 too many connections"), 421);
  check_remote(
      diagnosed("X-Postfix; delivery temporarily suspended: host mx.example.org[192.0.2.1] refused to talk to me: 421 4.7.0 no"),
      421);
  check_remote(diagnosed("smtp; 5.1.0 - Unknown address error 550-'5.1.1 unknown user' (delivery attempts: 0)"), 550);
}

TEST_CASE("a remote host that refuses without a code is remote all the same") {
  const auto event = diagnosed("X-Postfix; host mx.example.org[192.0.2.1] refused to talk to me: No SMTP service");
  CHECK(event.said_by == SaidBy::kRemote);
  CHECK(event.bounce_class != BounceClass::kNoAnswer);
}

TEST_CASE("an MTA's own words in a reply's place are its own") {
  check_local(diagnosed("SMTP; 550 Host unknown", "5.1.2"), BounceClass::kDnsPermanent, Cause::kNoSuchDomain);
  check_local(diagnosed("smtp; 426 connection timed out"), BounceClass::kNoAnswer, Cause::kTimeout);
  check_local(
      diagnosed("smtp; 554 4.4.7 Message expired: unable to deliver in 840 minutes.<421 4.4.2 Connection timed out>", "4.4.7"),
      BounceClass::kNoAnswer, Cause::kTimeout);
  check_local(diagnosed("smtp; 554 4.4.7 Message expired: unable to deliver in 840 minutes.<421 4.4.0 Unable to lookup DNS for "
                        "example.org>"),
              BounceClass::kDnsTemporary, Cause::kDnsTemporary);
  check_local(diagnosed("smtp;550 5.4.316 Message expired, connection refused(Socket error code 10061)", "5.4.316"),
              BounceClass::kNoAnswer, Cause::kRefused);
  check_local(
      diagnosed("smtp; 554 5.4.7 [internal] message timeout (last transfail: 454 4.4.4 [internal] no MX or A for domain)"),
      BounceClass::kDnsPermanent, Cause::kNoAddress);
  check_local(diagnosed("smtp; DNS Error: 1 DNS type 'mx' lookup of example.org responded with code NXDOMAIN"),
              BounceClass::kDnsPermanent, Cause::kNoSuchDomain);
}

TEST_CASE("an MTA that writes its own failure as a reply is known by its words") {
  check_local(diagnosed("smtp; 450 Network error when connecting to MX server mx.example.org[192.0.2.1] for example.org: "
                        "Connection refused"),
              BounceClass::kNoAnswer, Cause::kRefused);
  check_local(diagnosed("smtp; 550 DNS error when resolving MX server for example.org: Domain name not found"),
              BounceClass::kDnsPermanent, Cause::kNoSuchDomain);
  check_local(diagnosed("smtp; 450 4.4.2 No usable MXs, last err: Network I/O error"), BounceClass::kNoAnswer, {});
  check_local(diagnosed("smtp; 421 4.4.1 (no answer from host)"), BounceClass::kNoAnswer, {});
  check_local(diagnosed("smtp; 421 4.4.0 [internal] no MXs for this domain could be reached"), BounceClass::kNoAnswer, {});
  check_local(diagnosed("smtp; 550 java.net.SocketTimeoutException: connect timed out"), BounceClass::kNoAnswer, Cause::kTimeout);
  check_local(diagnosed("smtp; 451 example.org: Name server timeout"), BounceClass::kDnsTemporary, Cause::kDnsTemporary);
}

TEST_CASE("the name of a host is only a name, whatever words are in it") {
  const auto event = diagnosed("X-Postfix; connect to mx.certificate.example[192.0.2.1]:25: Connection refused", "4.4.1");
  check_local(event, BounceClass::kNoAnswer, Cause::kRefused);
  CHECK(event.host == "mx.certificate.example");
}

TEST_CASE("a remote reply within an expiry is remote") {
  check_remote(diagnosed("smtp; 554 4.4.7 Message expired: unable to deliver in 840 minutes.<421 4.7.0 Try again later>"), 421);
  check_remote(diagnosed("smtp; 550 5.4.300 Message expired -> 451 4.7.1 Greylisted"), 451);
}

TEST_CASE("an expiry without its cause is other") {
  const auto event = only(with_fields("user@example.org: Envelope expired\n", recipient("Status: 4.4.7")));
  check_local(event, BounceClass::kOther, {});
  check_local(diagnosed("smtp; 550 4.4.7 QUEUE.Expired; message expired", "4.4.7"), BounceClass::kOther, {});
}

TEST_CASE("where the fields hide the cause the words for people tell it") {
  const auto sendmail =
      only(with_fields("   ----- Transcript of session follows -----\n"
                       "<user@example.org>... Deferred: Connection refused by mx.example.org.\n"
                       "Message could not be delivered for 5 days\n",
                       recipient("Status: 4.4.7")));
  check_local(sendmail, BounceClass::kNoAnswer, Cause::kRefused);
  CHECK(sendmail.host == "mx.example.org");

  const auto exchange = only(with_fields(
      "user@example.org\nRemote Server at example.org (192.0.2.1) returned '550 4.4.7 QUEUE.Expired; message expired'\n"
      "Remote Server at example.org (192.0.2.1) returned '441 4.4.1 Error encountered while communicating with primary target IP "
      "address: \"Failed to connect. Winsock error code: 10061\"'\n",
      recipient("Status: 4.4.7\nDiagnostic-Code: smtp;550 4.4.7 QUEUE.Expired; message expired")));
  check_local(exchange, BounceClass::kNoAnswer, Cause::kRefused);
  CHECK(exchange.reply_code == 441);
  CHECK(exchange.address == Address::parse("192.0.2.1"));

  const auto comment = only(with_fields("", recipient("Status: 4.0.0 (example.org: host name lookup failure)")));
  check_local(comment, BounceClass::kDnsTemporary, Cause::kDnsTemporary);
}

TEST_CASE("Sendmail's transcript tells whose reply it is") {
  const std::string statement = "550 5.1.2 <user@example.org>... Host unknown (Name server: example.org: host not found)\n";
  const std::string begin = "   ----- Transcript of session follows -----\n";
  check_local(only(for_people(begin + statement)), BounceClass::kDnsPermanent, Cause::kNoSuchDomain);
  check_remote(only(for_people(begin + "... while talking to mx.example.org.:\n>>> RCPT To:<user@example.org>\n<<< " + statement +
                               statement)),
               550);
}

TEST_CASE("the last host of a transcript counts") {
  const auto event =
      only(for_people("   ----- Transcript of session follows -----\n"
                      "... while talking to mx1.example.org.:\n<<< 421 busy\n"
                      "... while talking to mx2.example.org.:\n>>> DATA\n<<< 554 no\n554 <user@example.org>... no\n"));
  check_remote(event, 554);
  CHECK(event.host == "mx2.example.org");
}

TEST_CASE("what a program of the machine says of its own connections is not the destination's silence") {
  check_local(diagnosed("x-unix; Command output: scanner: unable to connect to its daemon: Connection refused", "4.3.0"),
              BounceClass::kOther, {});
}

TEST_CASE("old MTAs write for people only") {
  const auto qmail = only(for_people(
      "Hi. This is the qmail-send program at relay.example.com.\n\n<user@example.org>:\n"
      "Sorry, I wasn't able to establish an SMTP connection. (#4.4.1)\n"
      "I'm not going to try again; this message has been in the queue too long.\n\n"
      "--- Below this line is a copy of the message.\n\nReturn-Path: <a@b.example>\nMessage-ID: <two@sender.example>\n\nx\n"));
  check_local(qmail, BounceClass::kNoAnswer, {});
  CHECK(qmail.enhanced_code == "4.4.1");
  CHECK(qmail.queue_id == "two@sender.example");

  check_remote(only(for_people("Hi. This is the qmail-send program.\n\n<user@example.org>:\n192.0.2.1 does not like recipient.\n"
                               "Remote host said: 550 5.1.1 Connection refused\nGiving up on 192.0.2.1.\n")),
               550);

  const std::string exim = "This message was created automatically by mail delivery software.\n\nfailed:\n\n  user@example.org\n";
  check_remote(only(for_people(exim + "    SMTP error from remote mail server after RCPT TO:<user@example.org>:\n"
                                      "    host mx.example.org [192.0.2.1]: 451 4.7.1 later\n")),
               451);
  const auto refused =
      only(for_people(exim + "    host mx.example.org [192.0.2.1]\n    Connection refused: retry timeout exceeded\n"));
  check_local(refused, BounceClass::kNoAnswer, Cause::kRefused);
  CHECK(refused.address == Address::parse("192.0.2.1"));
  check_local(only(for_people(exim + "    retry timeout exceeded\n")), BounceClass::kOther, {});
  check_local(only(for_people(exim + "    mailbox is full: retry timeout exceeded\n")), BounceClass::kOther, {});
  check_local(only(for_people(exim + "    Unrouteable address\n")), BounceClass::kDnsPermanent, Cause::kNoSuchDomain);
}

TEST_CASE("the words for one attempt differ from MTA to MTA") {
  const auto words = [](const std::string& text) { return only(for_people("<user@example.org>:\n" + text + "\n")); };
  check_local(words("(450 Host down)"), BounceClass::kNoAnswer, Cause::kUnreachable);
  check_remote(words("(550 unknown user)"), 550);
  check_remote(words("mailbox unavailable [SMTP Error Code 550]"), 550);
  check_local(words("The recipient's server did not respond."), BounceClass::kNoAnswer, {});
  check_local(words("Too many failures (Tried all MXs)"), BounceClass::kNoAnswer, {});
  check_local(words("Can't connect to mx.example.org"), BounceClass::kNoAnswer, {});
  check_local(words("Can't connect to local MySQL server through its socket"), BounceClass::kOther, {});
  check_local(words("The domain does not accept mail"), BounceClass::kDnsPermanent, Cause::kNullMx);
  check_local(words("The user does not accept mail in this language"), BounceClass::kOther, {});
  check_local(words("[mx.example.org (1): Connection dropped]"), BounceClass::kNoAnswer, Cause::kDropped);
  check_local(words("MX list for example.org points back to relay.example.com"), BounceClass::kOther, {});
  check_local(words("timeout writing message to mx.example.org: Connection timed out"), BounceClass::kOther, {});
  check_local(words("TLS error on connection to mx.example.org [192.0.2.1]: Connection timed out"), BounceClass::kOther, {});
  check_local(words("Winsock Error 10061"), BounceClass::kNoAnswer, Cause::kRefused);
  check_local(words("Could not connect to SMTP host: mx.example.org, port: 25"), BounceClass::kNoAnswer, {});
  check_local(words("DNS Error: DNS server returned answer with no data"), BounceClass::kDnsPermanent, Cause::kNoAddress);
  check_local(words("No mail servers appear to exist for the domain."), BounceClass::kDnsPermanent, Cause::kNoAddress);
  check_local(words("unable to route: no mail hosts for domain"), BounceClass::kDnsPermanent, Cause::kNoAddress);
  check_local(words("Unable to connect to SMTP host 'mx.example.org' because the server is not a known TCP/IP host."),
              BounceClass::kDnsPermanent, Cause::kNoSuchDomain);
  const auto slow = words("Could not initiate SMTP conversation with any hosts:\n[mx.example.org (50): Connection timed out]");
  check_local(slow, BounceClass::kNoAnswer, Cause::kTimeout);
  CHECK(slow.host == "mx.example.org");
}

TEST_CASE("a recipient is found behind whatever stands before it") {
  check_remote(only(for_people("Recipient: [SMTP:user@example.org]\nReason: The server returned: 550 no such mailbox\n")), 550);
  check_remote(only(for_people("Error-for:  user@example.org\nError-Text: Mailer mx.example.org said:\n   \"554 looping\"\n")),
               554);
}

TEST_CASE("what is said before anybody is named is said of each one") {
  const auto events = read_delivery_report(
      for_people("This message was undeliverable due to the following reason:\n\nHost example.org is not responding.\n\n"
                 "These recipients did not receive it:\n   <one@example.org>\n\nThese recipients did not receive it:\n"
                 "   <two@example.org>\n\nPlease reply to postmaster@relay.example.com if you think this is an error.\n"));
  REQUIRE(events.size() == 2);
  for (const auto& event : events) {
    CHECK(event.destination.text() == "example.org");
    check_local(event, BounceClass::kNoAnswer, {});
  }
}

TEST_CASE("the transcript of a session for people tells how the attempt ended") {
  check_local(only("From: MDaemon@relay.example.com\nSubject: Permanent Delivery Failure\n\n"
                   "These addresses did not receive a copy:\n\n> user@example.org\n\n"
                   "--- Session Transcript ---\n Attempting an SMTP connection to [192.0.2.1:25]\n Winsock Error 10060\n"
                   "--- End Transcript ---\n"),
              BounceClass::kNoAnswer, Cause::kTimeout);
}

TEST_CASE("bytes of any charset stand between the words") {
  const auto event = only(for_people("Undeliverable\n\n<user@example.org>: \xe9\xff\n \xa4 Connection refused\n"));
  check_local(event, BounceClass::kNoAnswer, Cause::kRefused);
}

TEST_CASE("a reason that stands after a list is every recipient's") {
  const auto events = read_delivery_report(
      for_people("Your message was not delivered to:\n  a@example.org\n  b@example.net\nbecause:\n  No route to host\n"));
  REQUIRE(events.size() == 2);
  for (const auto& event : events) check_local(event, BounceClass::kNoAnswer, Cause::kUnreachable);
}

TEST_CASE("a hop of the site's own says nothing about the recipient's domain") {
  check_local(diagnosed("X-Postfix; connect to 127.0.0.1[127.0.0.1]:10024: Connection refused"), BounceClass::kOther, {});
}

TEST_CASE("lines of blanks before a message's header are no part of it") {
  const auto message = with_fields("", recipient("Status: 4.4.1\nDiagnostic-Code: X-Postfix; connect to "
                                                 "mx.example.org[192.0.2.1]:25: Connection refused"));
  check_local(only("\r\n          \r\n" + message), BounceClass::kNoAnswer, Cause::kRefused);
  CHECK(read_delivery_report("  \n \n").empty());
}

TEST_CASE("what is no delivery report gives nothing") {
  CHECK(read_delivery_report("").empty());
  CHECK(
      read_delivery_report("From: a@example.org\nSubject: Undelivered mail\n\n<user@example.org>: Connection refused\n").empty());
  CHECK(read_delivery_report("From: a@example.org\nSubject: what is this?\n\nFinal-Recipient: rfc822; user@example.org\n"
                             "Action: failed\nStatus: 4.4.1\n")
            .empty());
  CHECK(read_delivery_report("From: MAILER-DAEMON@example.org\nSubject: hello\n\nuser@example.org wrote\n").empty());
  for (const std::string kind : {"feedback-report", "disposition-notification"}) {
    CHECK(read_delivery_report("From: postmaster@example.org\nContent-Type: multipart/report; boundary=b; report-type=" + kind +
                               "\n\n--b\n\nundeliverable\n\n<user@example.org>: Connection refused\n--b--\n")
              .empty());
  }
}

TEST_CASE("a report within the returned message is not read") {
  const auto inner = with_fields("", recipient("Status: 4.4.1"));
  CHECK(read_delivery_report("From: a@example.org\nContent-Type: multipart/mixed; boundary=o\n\n--o\n\nsee below\n--o\n"
                             "Content-Type: message/rfc822\n\n" +
                             inner + "\n--o--\n")
            .empty());
}

TEST_CASE("a destination is a domain name or there is no event") {
  for (const std::string bad : {"user", "user@", "user@[192.0.2.1]", "user@exa mple.org", "user@\x01.org", "user@a..b"}) {
    CHECK(read_delivery_report(with_fields("", "Final-Recipient: rfc822; " + bad + "\nStatus: 4.4.1")).empty());
  }
}

TEST_CASE("hostile reports stay within their bounds") {
  std::string fields;
  for (int i = 0; i < 1500; ++i) {
    fields += "Final-Recipient: rfc822; u" + std::to_string(i) + "@example.org\nStatus: 4.4.1\nDiagnostic-Code: x; " +
              std::string(300, 'x') + "\n " + std::string(300, 'y') + "\n\n";
  }
  const auto events = read_delivery_report(with_fields("", fields));
  CHECK(events.size() == kRecipientsMax);
  for (const auto& event : events) REQUIRE(event.text.size() <= kBounceTextMax);

  std::string nested;
  for (int i = 0; i < 20'000; ++i)
    nested += "Content-Type: multipart/mixed; boundary=" + std::to_string(i) + "\n\n--" + std::to_string(i) + "\n";
  CHECK(read_delivery_report(nested).empty());
  CHECK(read_delivery_report(for_people(std::string(2'000'000, '<'))).empty());
  CHECK(read_delivery_report(for_people("<user@example.org>:\n" + std::string(500'000, '@'))).size() == 1);
}

TEST_CASE("a delay that Exchange writes as a reply has its cause in the words for people") {
  const auto event = only(with_fields(
      "user@example.org\nServer at mx.example.org (192.0.2.1) returned '400 4.4.7 Message delayed'\n"
      "3/1/2024 10:00:00 AM - Server at mx.example.org (192.0.2.1) returned '441 4.4.1 Error communicating with target host: "
      "\"Failed to connect. Winsock error code: 10060, Win32 error code: 10060.\" Last endpoint attempted was 192.0.2.1:25'\n",
      recipient("Status: 4.4.7\nDiagnostic-Code: smtp;400 4.4.7 Message delayed")));
  check_local(event, BounceClass::kNoAnswer, Cause::kTimeout);
  CHECK(event.address == Address::parse("192.0.2.1"));
}

TEST_CASE("a reply that is quoted as the remote host's is so, though it holds an MTA's own words") {
  const auto event =
      only(with_fields("<user@example.org>: host mx.example.org[192.0.2.1] said: 550 5.1.1 <user@example.org>: Connection timed "
                       "out (in reply to RCPT TO command)\n",
                       recipient("Status: 5.1.1\nDiagnostic-Code: smtp; 550 5.1.1 <user@example.org>: Connection timed out")));
  check_remote(event, 550);
}

TEST_CASE("of several attempts in Sendmail's transcript the last one counts") {
  const auto event =
      only(with_fields("   ----- Transcript of session follows -----\n... while talking to mx1.example.org.:\n>>> DATA\n"
                       "<<< 450 4.2.0 later\n<user@example.org>... Deferred: Connection refused by mx2.example.org.\n",
                       recipient("Status: 4.4.1")));
  check_local(event, BounceClass::kNoAnswer, Cause::kRefused);
  const auto quoted =
      only(with_fields("   ----- Transcript of session follows -----\n... while talking to mx1.example.org.:\n>>> DATA\n"
                       "<<< 450 4.2.0 Deferred: Connection refused by mx2\n<user@example.org>... Deferred: 450 4.2.0 Deferred: "
                       "Connection refused by mx2\n",
                       recipient("Status: 4.2.0")));
  check_remote(quoted, 450);
}

TEST_CASE("a warning of Exim's that says \"not yet been delivered\" is a report") {
  const auto event = only(
      "From: Mail Delivery System <Mailer-Daemon@relay.example>\nSubject: Warning: message 1rfz5U-000AbC-1a delayed 24 hours\n\n"
      "A message that you sent has not yet been delivered to one or more of its\nrecipients after more than 24 hours on the "
      "queue.\n\n"
      "The address to which the message has not yet been delivered is:\n\n  user@example.org\n    host mx.example.org "
      "[192.0.2.1]\n"
      "    Delay reason: Connection timed out\n");
  check_local(event, BounceClass::kNoAnswer, Cause::kTimeout);
  CHECK(event.host == "mx.example.org");
}

TEST_CASE("a reply that Sendmail could not read is no remote host's") {
  check_local(diagnosed("smtp; 451 4.4.1 reply: read error from mx.example.org.", "4.4.7"), BounceClass::kOther, {});
}

TEST_CASE("parts in base64 and quoted-printable, and addresses in UTF-8, are read as what they are") {
  const auto event = only(
      "From: MAILER-DAEMON@relay.example\nContent-Type: multipart/report; report-type=delivery-status; boundary=b\n\n"
      "--b\nContent-Type: text/plain; charset=utf-8\nContent-Transfer-Encoding: quoted-printable\n\nNicht zugestellt=2E\n"
      "--b\nContent-Type: message/global-delivery-status\nContent-Transfer-Encoding: base64\n\n"
      // Final-Recipient: utf-8; ü@bücher.example / Status: 4.4.1 / Diagnostic-Code: X-Postfix; connect to mx[192.0.2.1]:25: No
      // route to host
      "UmVwb3J0aW5nLU1UQTogZG5zOyBhLmV4YW1wbGUKCkZpbmFsLVJlY2lwaWVudDogdXRmLTg7IMO8QGLDvGNo\n"
      "ZXIuZXhhbXBsZQpBY3Rpb246IGZhaWxlZApTdGF0dXM6IDQuNC4xCkRpYWdub3N0aWMtQ29kZTogWC1Qb3N0\n"
      "Zml4OyBjb25uZWN0IHRvIG14WzE5Mi4wLjIuMV06MjU6IE5vIHJvdXRlIHRvIGhvc3QK\n--b--\n");
  CHECK(event.destination.text() == "xn--bcher-kva.example");
  check_local(event, BounceClass::kNoAnswer, Cause::kUnreachable);
}
