#include "cli/json_line.hpp"

#include <limits>
#include <nlohmann/json.hpp>

#include "support/catch.hpp"

using mxpulse::cli::JsonLine;

TEST_CASE("a line is one JSON object, its values in the order told") {
  JsonLine line;
  line.begin_object();
  line.key("name").string("mx.example");
  line.key("count").number(std::int64_t{-3});
  line.key("seconds").number(6e-06);
  line.key("hosts").begin_array();
  line.begin_object().key("ready").boolean(true).end_object();
  line.begin_object().end_object();
  line.end_array();
  line.key("empty").begin_array().end_array();
  line.key("nothing").null();
  line.end_object();
  CHECK(std::move(line).take() ==
        R"({"name":"mx.example","count":-3,"seconds":6e-06,"hosts":[{"ready":true},{}],"empty":[],"nothing":null})");
}

TEST_CASE("whatever bytes a text has, a JSON parser reads the line, and ASCII as it was") {
  std::string every;
  for (int byte = 0; byte < 256; ++byte) every += static_cast<char>(byte);
  JsonLine line;
  line.begin_object().key("text").string(every).end_object();
  const auto read = nlohmann::json::parse(std::move(line).take()).at("text").get<std::string>();
  CHECK(read.substr(0, 0x7f) == every.substr(0, 0x7f));
  CHECK(read.substr(0x7f, 3) == "\xef\xbf\xbd");
}

TEST_CASE("a number that JSON does not have is null") {
  JsonLine line;
  line.begin_array().number(std::numeric_limits<double>::infinity()).number(std::numeric_limits<double>::quiet_NaN()).end_array();
  CHECK(std::move(line).take() == "[null,null]");
}
