CREATE TABLE "Ünï-Tab😀" ("ïd" int PRIMARY KEY, "Sp ace" text, "q""q" text, "b\s" text, "dot.dot" text, "😀" int);
