"""Common given names and family names of several languages, of our own writing, and words that are no names."""

from __future__ import annotations

from typing import Final

_GIVEN: Final = """
Aaron Abdul Abdullah Abigail Adam Adrian Adriana Agnes Agnieszka Ahmad Ahmed Aisha Akira Alan Albert Alberto
Alejandra Alejandro Alessandra Alessandro Alex Alexander Alexandra Alexandre Alexis Alfred Alfredo Ali Alice Alicia
Alina Alison Allan Allison Alvaro Amanda Amelia Amir Amit Amy Ana Anastasia Anders Andrea Andreas Andrei Andrés
Andrew Andrzej Angela Angelica Anil Anita Anja Anjali Ann Anna Annabelle Anne Annette Annie Antje Anthony Antoine
Antonio António Antonia Anton Arjun Arnold Arthur Arturo Asha Ashley Ashok Astrid Audrey Aurélie Ayesha Barbara
Barry Beatrice Beatriz Ben Benedikt Benjamin Bernard Bernd Bernhard Beth Bethany Betty Beverly Birgit Björn Bob
Bonnie Brad Bradley Brandon Brenda Brendan Brent Brett Brian Bridget Brittany Bruce Bruno Bryan Caitlin Camila
Camille Carl Carla Carlo Carlos Carmen Carol Carolina Caroline Carolyn Carsten Catalina Catarina Catherine Cathy
Cecilia Cécile Céline Chantal Charles Charlie Cheryl Chiara Chloe Chloé Chris Christa Christian Christiane Christina
Christine Christoph Christophe Christopher Cindy Claire Clara Claudia Claudio Clément Colin Connor Conrad
Cristian Cristina Cynthia Daisuke Damian Dan Dana Daniel Daniela Danielle Danny Darren Dave David Deborah Debra
Deepak Denis Denise Dennis Derek Diana Diane Diego Dieter Dimitri Dirk Dmitri Dominic Dominik Dominique Donald Donna
Dorothy Doug Douglas Duncan Dustin Dylan Edgar Eduardo Edward Edwin Eileen Elaine Elena Eleanor Elias Elisa
Elisabeth Elizabeth Ella Ellen Emilia Emilie Emily Emma Emmanuel Enrico Enrique Eric Erica Erik Erika Ernesto Esther
Ethan Eugene Eva Evelyn Ewa Fabian Fabio Fatima Felipe Felix Fernanda Fernando Filip Fiona Florian Francesca
Francesco Francis Francisco Franco François Françoise Frankie Franz Fred Frédéric Frederick Friedrich Gabriel
Gabriela Gabriele Gareth Gary Gavin Geoffrey George Gerald Gerhard Gianluca Gilbert Gina Giorgio Giovanni Giulia
Giuseppe Gloria Gonzalo Gordon Graham Greg Gregory Greta Guido Guillaume Guillermo Gustavo Hannah Hannes Hans Harold
Harry Haruto Hassan Heather Hector Heike Heinrich Helen Helena Helga Helmut Henri Henrik Henry Herbert Hiroshi
Holger Howard Hugh Hugo Ian Ibrahim Ignacio Ines Inés Ingrid Irene Irina Isabel Isabella Isabelle Ivan Jacob
Jacqueline Jacques Jaime Jakob Jakub James Jamie Jan Jane Janet Janice Jared Jasmine Jason Javier Jean Jeanne Jeff
Jeffrey Jen Jenna Jennifer Jenny Jens Jeremy Jérôme Jerry Jesse Jessica Jesús Jill Jim Jimmy Joan Joana Joanna
Joanne João Joachim Joe Joel Johan Johann Johanna Johannes John Johnny Jon Jonas Jonathan Jörg Jorge José Joseph
Josephine Josh Joshua Joyce Juan Juanita Judith Judy Julia Julian Juliana Julie Julien Juliette Julio Jürgen Justin
Karen Karin Karina Karl Karsten Katarzyna Kate Katharina Katherine Kathleen Kathryn Kathy Katie Katja Katrin Kavita
Keith Kelly Ken Kenji Kenneth Kerry Kevin Kimberly Kirsten Klaus Krzysztof Kumar Kyle Lakshmi Larissa Larry Lars
Laura Lauren Laurent Leah Leila Lena Leo Leon Leonardo Leonard Leslie Leticia Lewis Liam Lina Linda Lindsay Lisa Liz
Lorenzo Louis Louise Luca Lucas Lucia Lucía Luciana Lucie Lucy Luigi Luis Luisa Luiz Luke Lukas Lydia Lynn Maciej
Madeleine Magdalena Mahmoud Małgorzata Manfred Manuel Manuela Marc Marcel Marcela Marcelo Marcin Marco Marcos Marcus
Margaret Margarita Maria María Mariana Marie Marilyn Marina Mario Marion Marisa Mark Markus Marta Martha Martin
Martina Mary Massimo Mateo Mathieu Mats Matteo Matthew Matthias Maureen Maurice Mauricio Max Maxim Maximilian Meera
Megan Mehmet Melanie Melinda Melissa Mercedes Michael Michaela Michał Michel Michele Michelle Miguel Mikael Mike
Mikhail Milena Miriam Mohamed Mohammad Mohammed Molly Mónica Monica Monika Monique Morgan Muhammad Mustafa Myriam
Nadia Nancy Naomi Natalia Natalie Natasha Nathan Nathalie Neha Neil Nicholas Nick Nicola Nicolas Nicolás Nicole
Niels Nigel Nikolai Nils Nina Noah Noemi Nora Norbert Norma Octavio Oleg Olga Oliver Olivia Olivier Omar Oscar Otto
Pablo Pamela Paola Paolo Pascal Patricia Patrick Patrik Paul Paula Paulina Paulo Pavel Pedro Peggy Penelope Per
Peter Petra Philip Philipp Philippe Phillip Phyllis Pierre Piotr Pooja Prakash Priya Rachel Rafael Rahul Rainer Raj
Rajesh Ralf Ralph Ramón Randall Randy Raphael Raquel Raúl Ravi Raymond Rebecca Regina Reinhard Renata Renate René
Ricardo Riccardo Rita Roberto Robert Robin Rocío Rodrigo Roger Rohan Roland Rolf Roman Ronald Rosa Rosemary Roxanne
Ruben Rudolf Russell Ruth Ryan Sabine Sabrina Salvatore Sam Samantha Samir Samuel Sandra Sanjay Sara Sarah Saskia
Scott Sean Sebastian Sebastián Sébastien Sergei Sergio Seth Shannon Sharon Shaun Sheila Shirley Silke Silvia Simon
Simona Simone Sofia Sofía Sonia Sonja Sophia Sophie Stacey Stacy Stanislav Stanley Stefan Stefania Stefanie Stefano
Steffen Stella Stephan Stephanie Stéphane Stephen Steve Steven Stuart Sue Sunita Suresh Susan Susana Susanne Suzanne
Sven Svetlana Sylvia Sylvie Takashi Tamara Tammy Tanja Tanya Tara Tatiana Ted Teresa Terry Thaddeus Theodore Theresa
Thérèse Thiago Thomas Thorsten Tiffany Tim Timothy Tina Tobias Todd Tom Tomás Tomasz Tommy Toni Tony Torsten Tracy
Travis Trevor Tyler Udo Ulrich Ulrike Ursula Uta Uwe Valentina Valeria Valérie Vanessa Vera Verena Veronica
Véronique Vicente Victor Victoria Vijay Vikram Viktor Vincent Vincenzo Vinod Viola Vivian Vladimir Volker Walter
Wanda Wei Wendy Werner Wilhelm William Winston Wojciech Wolfgang Xavier Yan Yannick Yasmin Yolanda Yuki Yuri Yusuf
Yves Yvonne Zachary Zoe Zoë
Kwame Kofi Kwesi Amina Chidi Chinedu Chinwe Ngozi Nkechi Obinna Emeka Adebayo Oluwaseun Folake Thandiwe Sipho Thabo
Lerato Fatou Mamadou Zainab Hussein Layla Tariq Khalid Nasser Farah Rania Yousef Salma Karim Nguyet Minh Siti Budi
Dewi Arif Haruki Kaito Naoko Keiko Yoko Kazuo Ichiro Sakura Minjun Jiwoo Seojun Sandeep Nikhil Aditya Ananya Deepika
Divya Gaurav Harish Manish Meena Mohan Mukesh Naveen Nisha Pradeep Preeti Ramesh Rekha Sachin Shreya Shweta
Siddharth Swati Vivek Vikas Xiaoming Xiaohong Jiawei Yuxuan Haoran Olena Oksana Mykola Bohdan Anya Ilya Kateryna
Milan Zoran Dragan Jovana Nikola Zuzana Tereza Radek Lukáš Jiří Petr Zsolt László István Gábor Ágnes Ioana Andreea
Mihai Bogdan Elif Ayşe Emre Burak Zeynep Dimitris Giorgos Eleni Kostas Aoife Ciara Niamh Siobhan Eoin Saoirse
Pieter Willem Hendrik Joost Sander Bram Daan Femke Sanne Anneke Marieke Maarten Wouter Jeroen Ruud Sjoerd Kees Lotte
Søren Mette Rasmus Freja Kari Øystein Sigrid Kjell Ingeborg Jukka Pekka Aino Mikko Timo Sanna Zbigniew Stanisław
Grzegorz Paweł Marek Dorota Beata Halina Jadwiga Vinícius Letícia Caio Rui Tiago Inês Mathilde Léa Manon Théo
Quentin Bastien Océane Nuria Marisol Iker Begoña Montserrat Lourdes Federica Ilaria Alessia Davide Nicolò Elisabetta
Donatella
Craig Rodney Darrell Darryl Jerome Marvin Wayne Clarence Ernest Melvin Calvin Alvin Lester Clifford Floyd Lloyd Vernon
Cecil Elmer Erwin Harvey Herman Leland Luther Milton Percy Reginald Roderick Roy Rufus Sylvester Tyrone Virgil Wesley
Willard Wilbur Garrett Gilberto Rogelio Alfonso Armando Efrain Esteban Fidel Gerardo Heriberto Humberto Isidro Joaquín
Joaquin Leopoldo Mauro Moisés Nestor Osvaldo Ramiro Rolando Rubén Wilfredo Loretta Latoya Rosalind Gwendolyn Doreen
Marjorie Mildred Gladys Thelma Edith Edna Ethel Lucille Bernice Bertha Wilma Velma Josefina Geraldine Ernestine Maxine
Marlene Arlene Charlene Darlene Jolene Constance Rosemarie Roberta Rhonda Yvette Ramona Rosalie Sheryl Sonya Tabitha
Tamika Latisha Latonya Keisha Tanisha Aaliyah Brianna Breanna Kayla Kaylee Kelsey Kristen Kristin Kristina Kristine
Krista Kylie Kendra Katrina Katelyn Marissa Meghan Mackenzie Mallory Meredith Mariah Lorraine Lindsey Lillian Latasha
Jodi Jody Jocelyn Jillian Jeanette Janine Imogen Hilda Hillary Henrietta Harriet Haley Hailey Guadalupe Gretchen
Gertrude Genevieve Frances Felicia Estelle Esperanza Elsie Eloise Ellie Deanna Desiree Delores Dolores Deirdre Daphne
Corinne Cordelia Colleen Claudette Celeste Cassandra Carrie Carmela Candace Bianca Belinda Becky Antoinette Annabel
Angelina Angelique Alyssa Alma Althea Aileen Adele Abby Aidan Aiden Caleb Cameron Cody Cory Corey Curtis Damon Darius
Darnell Demetrius Devin Elijah Elliot Elliott Emilio Evan Isaac Isaiah Ismael Jermaine Jeremiah Jamal Jayden Josiah
Jasper Julius Kareem Kendrick Kirk Kurt Lamar Lionel Lonnie Malcolm Malik Marlon Maxwell Micah Nathaniel Neal Noel
Owen Preston Quinton Reuben Rory Shane Shawn Sheldon Spencer Terrance Terrence Terrell Theo Toby Tristan Warren Wyatt
Gerard Gerry Clive Declan Dermot Diarmuid Eamon Fergus Fintan Cormac Conor Ronan Pádraig Seamus Séamus Callum Hamish
Alistair Alastair Angus Ewan Euan Iain Rhys Gethin Aled Emrys Huw Geraint Nia Siân Carys Bronwyn Rhiannon Gwyneth Gwen
Isla Freya Gemma Hayley Kirsty Lorna Moira Morag Eilidh Catriona Fionnuala Gráinne Sinéad Sinead Siobhán Róisín
Caoimhe Orla Maeve Abhishek Aarav Akash Akhil Ankit Ankita Anand Anirudh Aparna Archana Arvind Ashish Ashwin Balaji
Bhavna Chetan Devendra Dinesh Ganesh Geeta Girish Gopal Hemant Indira Ishaan Jagdish Jayesh Jyoti Kapil Karthik Kiran
Kishore Lalit Madhav Madhuri Mahesh Manoj Mayank Meenakshi Mohit Murali Narendra Naresh Neeraj Nilesh Nirmala Nitin
Padma Pankaj Parvati Piyush Pranav Pratik Priyanka Radha Raghav Rajendra Rajiv Rakesh Rashmi Ritu Rohit Sandhya
Sanjana Sarita Saurabh Seema Shalini Shankar Shilpa Shivani Shobha Shyam Sneha Srinivas Sudha Sudhir Sumit Sunil
Sushma Tanvi Tarun Usha Vandana Varun Venkatesh Vidya Vinay Vishal Yogesh Abdulaziz Abdulrahman Bilal Faisal Hamza
Hanan Haitham Imran Jamila Khadija Mariam Maryam Mourad Nabil Noor Osama Rashid Samira Tahir Usman Waleed Walid Yasir
Yassin Zahra Ziad Alicja Aneta Bartosz Bożena Danuta Dariusz Ewelina Iwona Izabela Jacek Janusz Jarosław Jerzy Justyna
Kamil Karolina Kinga Leszek Łukasz Mariusz Mateusz Mirosław Patryk Przemysław Rafał Ryszard Sławomir Tadeusz Urszula
Waldemar Wiesław Witold Zofia Boris Dmitry Ekaterina Galina Igor Konstantin Larisa Lyudmila Ludmila Maksim Natalya
Nikita Sergey Tatyana Valentin Vasily Viktoria Vyacheslav Yevgeny Yulia Goran Jelena Marko Mirjana Miroslav Nenad
Slobodan Vesna Željko Ivana Jana Kateřina Markéta Ondřej Vojtěch Eszter Zoltán Katalin Attila Tamás Péter Fatma Hatice
Murat Ömer Serkan Selin Hakan Hüseyin Kemal Merve Orhan Özlem Agneta Bengt Birger Bjarne Elin Erling Gudrun Gunnar
Gustav Hanne Håkan Ingvar Ivar Knut Lasse Leif Linnea Magnus Marit Morten Oskar Ragnar Sigurd Solveig Stig Svein Terje
Torben Tove Trond Ulf Ulla Vidar Åke Åsa Achim Adelheid Annegret Armin Bärbel Burkhard Cornelia Detlef Eberhard
Ekkehard Elke Elfriede Ernst Ewald Frauke Friederike Fritz Georg Gerda Gisela Gottfried Günter Günther Hannelore
Hartmut Heidi Heiko Heiner Heinz Hermann Hildegard Horst Ilse Ingo Irmgard Jochen Jutta Kerstin Klara Lothar Maike
Marlies Mareike Margarete Margot Meike Nadine Olaf Roswitha Rüdiger Siegfried Svenja Ute Waltraud Wiebke Wilfried
Winfried Wolfram Adrien Agathe Alain Amandine Amélie Anaïs Arnaud Axelle Benoît Bérénice Blandine Brigitte Clémence
Corentin Cyril Delphine Didier Élise Élodie Emmanuelle Étienne Eugénie Fabien Fabrice Franck Gaëlle Geneviève Gérard
Ghislaine Gilles Hélène Hervé Hubert Joël Josiane Laetitia Loïc Ludovic Maëlle Marguerite Martine Maxime Mélanie
Michèle Mireille Morgane Nadège Noémie Odile Pascale Patrice Raphaël Régis Rémi Rémy Sandrine Solène Stéphanie Sylvain
Thibault Thierry Timothée Virginie Yann Agustín Aitor Amparo Ángel Ángela Asunción Bárbara Belén Blanca Borja Camilo
Concepción Consuelo Damián Encarnación Estefanía Ezequiel Fátima Fermín Germán Héctor Hernán Íñigo Itziar Jacinto
Jerónimo Julián Leandro Lorena Macarena Maite Maribel Martín Matías Micaela Milagros Noelia Paloma Rodolfo Soledad
Teodoro Valentín Ximena Afonso Aline Bernardo Bruna Cláudia Cláudio Débora Diogo Edson Eliane Fabiana Fábio Flávia
Flávio Gisele Gonçalo Heitor Henrique Isadora Joaquim Josefa Lúcia Luciano Márcia Márcio Mateus Maurício Murilo
Natália Otávio Priscila Raimundo Renan Renato Rogério Sandro Sebastião Sérgio Sônia Tatiane Thaís Valter Vitor Vítor
Yara Aldo Alessio Amedeo Annalisa Antonella Arianna Benedetta Carlotta Cinzia Corrado Cristiano Dario Domenico Edoardo
Emanuela Emanuele Enzo Eugenio Ezio Fabrizio Filippo Flavio Gaetano Gennaro Giacomo Giada Gianni Gianna Ginevra Gino
Giorgia Giovanna Giuliana Giuliano Giulio Graziella Jacopo Loredana Marcella Mariangela Maurizio Michela Mirella Mirko
Ornella Pasquale Patrizia Pierluigi Pietro Raffaele Raffaella Rocco Rosanna Rossella Samuele Serena Silvano Silvio
Simonetta Susanna Tiziana Tommaso Umberto Valerio Vittoria Vittorio Annelies Cornelis Egbert Evert Frederik Gerrit
Geert Hanneke Henk Hilde Ineke Jaap Jelle Joep Jolanda Klaas Koen Loes Maaike Margriet Mieke Niek Nienke Rianne Stijn
Thijs Truus Hideo Hiroko Hiroyuki Kenichi Kenta Koji Kumiko Makoto Mariko Masako Masahiro Michiko Noriko Ryota Satoshi
Shigeru Shinji Shota Tatsuya Tetsuya Tomoko Toshio Yoshiko Yosuke Yumi Jihoon Sungmin Minseo Soojin Eunji Abena
Abiodun Abimbola Adaeze Adwoa Akosua Amaka Ayodele Babatunde Chiamaka Chukwuemeka Efua Femi Funmilayo Ifeoma Kwabena
Nnamdi Nomvula Nosipho Olumide Olufemi Segun Temitope Tendai Tunde Uche Wanjiru Yemi Zanele Wambui
Adela Adelina Adolfo Agata Agnès Ahmet Aida Aiko Aksel Alejo Aleksander Aleksandra Aleksei Alexa Alfonsina Alida
Alisha Alois Aloisia Alondra Alphonse Amadeus Amadou Amalia Amélia Ambrose Amelie Anatoly Anastasiya Andreja Andrej
Angelika Angélica Angelo Anika Aniket Annamaria Anneliese Annemarie Annika Anselm Ansgar Anthea Antonina Antonín
Apollonia Araceli Archibald Arianne Aristides Arlette Arleta Armel Arne Arno Arsène Artem Artur Arvid Asif Aslı
Atsushi Auguste Augustin Aurelio Avraham Aylin Ayumi Azadeh Babette Baltasar Balthasar Baptiste Barnaby
Bartholomew Bartolomé Basilio Bastian Beate Beatrix Béatrice Bektaş Benita Benito Benoit Berenice Bernadette
Berndt Bertrand Bettina Biagio Birgitta Boubacar Branislav Brita Britta Brunhilde Burkhart Calogero
Candelaria Candida Caridad Carina Carita Carlene Carles Carmelo Caspar Casimir Cathal Cedric Cédric Célestine Celia
Celina Cengiz Cesare César Chandra Charlotta Charlotte Chiyo Christelle Christiana Christos Clarissa Claudine Clarisse
Clemens Clementine Clotilde Colette Concetta Consuela Corinna Cornelius Cosima Costanza Cressida Crispin Cyrille
Cuthbert Dagmar Dagny Daiva Dalia Danica Danila Danilo Daria Dariya Dashiell Davina Davor Delfina Delia
Demetria Denisa Desmond Diarra Didem Dimitar Dinah Dmytro Dominika Domingo Donal Donata Doris Dorothea Dorothée
Dragana Dušan Dwayne Dympna Ebru Eckhard Ediz Edeltraud Edmond Edmund Edouard Édouard Edvard Efraín Egon Eila Eirik
Ekaterini Eleonora Eleonore Elfrieda Eliseo Elisabet Elisha Eliška Eluned Elvira Emanuel Emil Émile Emiliano Emine
Emmerich Engin Enid Erdem Erich Ermanno Ermelinda Ernestina Erwan Esmeralda Estela Eugenia Eunice Eusebio
Evangelia Evangeline Evaristo Everardo Evgenia Evgeny Ezra Fabiola Fabrizia Fatoumata Faustino Fausto Felicitas
Félicité Felicity Feliks Félix Ferdinand Fernand Feyza Filippa Filomena Fiorella Fiorenzo Flavia Floriane Francine
Franciszek Franka Františka František Franziska Fredrik Fridolin Frieda Friedhelm Friedlinde Fumiko Gaël Gaspar
Gaspard Gautier Gebhard Geir Génesis Genoveva Georges Georgios Georgina Geraldo Gerhild Germaine Gernot Gerolamo
Ghislain Giancarlo Gianfranco Gianmarco Gianpaolo Gilda Giselle Giorgina Gitte Goswin Grażyna Gregor Gregorio Grégoire
Griselda Gualtiero Gudmund Guglielmo Guilherme Guillermina Gundula Gunther Gwenaël Gwenda Györgyi Hakim Halvor Hamid
Hanako Hannalore Hanna Harald Harriette Haruka Harumi Hartwig Heda Hedda Hedwig Heidemarie Heini Hektor Heléna Helene
Helge Helmi Henny Henryk Heribert Hernando Hideki Hilario Hilary Hildegarde Hiltrud Hiromi Hitoshi Honorine
Hortense Horatio Hugues Humbert Ibtissam Ida Iffat Ignatius Ignaz Ildikó Ilona Ilka Inga Inge Ingeburg Inna Ioannis
Irena Irène Irma Irmela Isabeau Isabela Isidora Isidore Ismail Isolde Ivo Ivona Iwan Izumi Jacinta Jacobo Jacqui
Jadranka Janina Jannik Jaqueline Jaromír Jaroslav Jaroslava Jasmin Jaume Javed Jayne Jeannette Jeannie Jemima
Jessamine Jesper Jette Jitka Joaquina Jocasta Joelle Johana Jolanta Jordi Jörn Jovan Juana Jules Juliane Juliet
Juliusz Junichi Junko Justine Justyn Juraj Kaan Kaja Kalle Kamala Kamila Karel Karolína Kasper Kasimir Kathrin Katinka
Katsumi Kazimierz Kazuko Kazuya Keisuke Kemi Kerem Kjersti Klemens Kjetil Koichi Kornelia Kosuke Krisztina Kristján
Kristóf Krystyna Krzysiek Kunal Kunigunde Kwaku Kyoko Ladislav Laila Lamine Larysa Laszlo Laurence Laurens Lavinia
Leander Leandra Leocadia Lech Leena Leendert Leona Léon Leonhard Leonie Léonie Leonor Leopold Leopoldina Leontine
Lesław Levent Lidia Liesbeth Lieselotte Lieve Ligia Liliana Liliane Lilian Linus Liselotte Livia Ljubica Ljiljana
Loïse Lorelei Lorentz Loris Lotta Louella Louisa Luana Luboš Lucette Lucienne Lucien Lucinda Lucjan Lucretia Ludivine
Ludwig Luise Luitgard Lutz Luzia Lyubov Mabel Maciek Madalena Madelaine Mads Maeva Mafalda Magali Magda Magnhild
Mahamadou Maja Maksymilian Malin Malte Małgosia Mamoru Manuele Marcelina Marceline Marcelle Marcello Margarethe
Margaux Margherita Marguerita Marianne Mariano Marica Mariette Marika Marilena Marinela Marinus Marisela Maritza
Marius Marja Marjolaine Marleen Martijn Marzena Masaki Masashi Mateja Maud Mathis Matilda Matilde Matthieu Maurits
Mauricette Maximiliano Maximo Mayumi Mechthild Mehdi Melchior Melitta Meliha Merethe Meryem Micheline Mieczysław
Miguelina Mihaela Mihály Mikkel Miklós Mila Milada Milica Miloš Milorad Mimoza Minna Minoru Miran Mireia Mirela Mirka
Miroslava Mitsuko Miyuki Mohammadreza Moishe Mordechai Moussa Muriel Myra Myrna Myrtle Nadezhda
Naim Nanako Nandini Narciso Natacha Natalija Natascha Nazan Nehemiah Neus Nevena Nicodemus Nicolette Nicoletta Niccolò
Niklas Nikolaos Nikolaus Nikos Ninette Noboru Noemí Nolwenn Norah Nives Noriyuki Nouria Nuno Nuri Nurul Obadiah
Odette Ofelia Olav Oldřich Oleksandr Olimpia Olivera Omari Ondine Onofre Oralia Oriol Orsolya Osamu Osman
Osvald Oswald Otmar Ottavio Ottilie Ottoline Outi Ouafa Øyvind Palle Panagiotis Pamella Paolina Parisa Pasha Patrícia
Patrycja Paulette Pauline Pavle Percival Pernille Perrine Petronella Petros Petya Phaedra Philippa Philomena Phineas
Pia Piero Pierrette Pinar Primož Prisca Prosper Purificación Rachida Radmila Radomir Radosław Radu Rafaela Ragnhild
Raimund Rajan Rajni Ramiz Raniero Raoul Rasheed Raymonde Rebeca Rebekah Refilwe Reggie Régine Reina Reinhold Reinier
Remedios Remigius Renzo Rhoda Richelle Rieko Rigoberto Rinaldo Rino Roald Robbert Roderich Rodrigue Rolande Romain
Romane Romy Ronny Roosje Rosalba Rosalía Rosalinda Rosamund Rosanne Rosaria Roseline Rosita Rowena
Roxana Roza Rozalia Ruairí Ruperto Rupert Ruprecht Ruslan Ruslana Rustam Ryoko Sabina Sabino Sachiko Sadie Salomon
Samad Sandrina Sanja Sanjiv Santino Sascha Satoko Saverio Savina Sayuri Scarlett Sebastiaan Sebastiana Seiji Selma
Sepp Séverine Severin Severino Shahid Shabnam Shanice Shawna Shelagh Shigeki Shinichi Shizuka Sibylle Sidonie
Sigismund Sigurður Sílvia Silvana Silvester Silvina Simeon Simion Sissel Snežana Sofie Solange Songül Soraya Sotiris
Spiros Steffi Stipe Sumiko Susannah Suzana Suzette Svante Sverre Svitlana Sylwia Szymon Tadashi Tadej Taina
Takeshi Takumi Tamar Tamsin Tancredi Tarja Tarek Tarquin Tatjana Teemu Telma Teodor Teodora Terezija Teuvo Thea Thekla
Theodor Theodora Théodore Theresia Therese Theunis Thibaut Thierno Thilo Thomasina Thorben Thyra Tihomir Tilman
Timofei Timon Tjark Tobiasz Tomasa Tomislav Toralf Tristram Trudy Trygve Turid Tuula Tuulikki Uberto Ulisses Ulrik
Ulrika Umar Umair Ursel Uriel Uschi Václav Valdemar Valentijn Valerian Valeriy Valerija Valtteri Vanda Vasco Vasile
Vasilis Vasilisa Vassilis Velimir Venetia Verónica Veronika Vidmantas Vigdis Viliam Vilhelm Vilma Viorica Violeta
Violetta Virgilio Vito Vittore Vladimír Vladislav Vlasta Volodymyr Wacław Walburga Waltraut Wanjiku Wendelin Wenzel
Werther Wessel Wietske Wiktor Wilfred Wilfrid Wilhelmina Willemijn Willibald Winifred Wioletta Władysław Włodzimierz
Xaver Xènia Xiomara Yael Yannis Yasmina Yasuko Yehuda Yelena Yevgenia Yitzhak Ylva Yoann Yolande Yoshio Yosef Yuriko
Yuriy Yuliya Yusuke Zacharias Zahir Zbyněk Zdeněk Zdenka Zeinab Zenon Zdzisław Ziya Zita Zlatan Zlatko Zofie
Zsófia Zsuzsanna Zygmunt Babajide Chidinma Damilola Oluwatobi Oluwaseyi Olabisi Adenike Adeola Bukola Ebele Ekene
Ikenna Kelechi Kehinde Taiwo Titilayo Yetunde Tolulope Uchenna Onyeka Obiageli Nneka Nkiru Ndidi Kamau Njoroge Otieno
Achieng Wairimu Muthoni Akinyi Kipchoge Mwangi Sizwe Lindiwe Bongani Nomsa Themba Mpho Tshepo Kagiso Palesa Dineo
Tatenda Farai Chipo Rutendo Ousmane Cheikh Ibrahima Modou Aminata Mariama Binta Seydou Adama Koffi Akissi Amara
Arash Babak Behrouz Dariush Farhad Farzaneh Fereshteh Hossein Kaveh Kourosh Leyla Mahnaz Majid Mehran Mitra Nasrin
Negar Nima Parvin Pouya Reza Roya Saeed Sepideh Shahram Shirin Siavash Soheila Zohreh Abdelkader Abdou Adil Ahlam
Anwar Ashraf Aziz Bassam Driss Fadi Fawzi Ghada Habib Hatem Hicham Houda Issam Jalal Jawad Kamal Khadijah Khaled
Latifa Lubna Mansour Marwan Mounir Nabila Naima Najwa Rachid Randa Rasha Reem Sami Sanaa Sawsan Suha Suhail Tamer Wafa
Wael Widad Yassine Youssef Zaid Zakaria Aakash Abhay Abhinav Aishwarya Ajay Ajit Alka Amrita Anju Ankur Anup Anupama
Anuradha Arpit Arun Aruna Arunima Asmita Avinash Bharti Bhavesh Bhupendra Chandan Chitra Debashis Deepa Deepti
Dhananjay Dhruv Dipak Ekta Farhan Gayatri Gitanjali Gurpreet Harpreet Harsha Hema Hitesh Ila Indrajit Jagjit Jaspreet
Jignesh Kamini Kanchan Kaushik Ketan Kirti Komal Kumari Mahendra Mala Mamta Mandeep Manjeet Manjula Mitali Monali
Mridula Namrata Nandita Narayan Navin Neelam Neeta Niharika Nilima Nishant Omkar Parag Parul Pavan Poonam Prabha
Prabhu Prachi Prasad Prashant Pratibha Praveen Pritam Punit Purnima Rachna Raghu Rajani Rajat Rajkumar Ramya
Ranjan Ranjit Ratan Reena Renu Rishi Ritika Roshni Ruchi Rupali Sahil Sameer Sangeeta Sanket Santosh Sarika Satish
Shailesh Sharad Sharmila Shashank Shashi Sheetal Shraddha Shruti Shubham Smita Sonam Subhash Sudeep Sujata
Sukhdev Sulochana Sumitra Sunanda Surabhi Suraj Surendra Sushil Swapna Swapnil Tejas Trupti Uday Umesh Upasana Urmila
Vaibhav Varsha Vasant Vasudha Venkat Venkatesan Vibha Vidhya Vikrant Vimal Vineet Yamini Yash
"""
_FAMILY: Final = """
Smith Johnson Williams Jones Davis Miller Wilson Moore Taylor Anderson Jackson Thompson Garcia García Martinez
Martínez Robinson Rodriguez Rodríguez Lewis Walker Allen Hernandez Hernández Wright Lopez López Scott Adams Gonzalez
González Nelson Carter Mitchell Perez Pérez Roberts Turner Phillips Campbell Parker Evans Edwards Collins Sanchez
Sánchez Morris Rogers Cooper Bailey Rivera Ramirez Ramírez Cox Ward Torres Peterson Ramos Watson Brooks Bennett
Mendoza Ruiz Hughes Alvarez Álvarez Castillo Sanders Patel Myers Ross Foster Jimenez Jiménez Sullivan Russell Ortiz
Jenkins Gutierrez Perry Butler Barnes Fisher Henderson Coleman Simmons Patterson Jordan Reynolds Hamilton Graham Kim
Gonzales Wallace Cole Nguyen Chavez Gibson Bryant Ellis Stevens Murray Ford Marshall Owens McDonald Harrison Kennedy
Wells Alexander Henry Vasquez Murphy Schmidt Schneider Fischer Meyer Weber Wagner Becker Schulz Hoffmann Koch
Richter Klein Wolf Schröder Neumann Zimmermann Braun Krüger Hartmann Lange Werner Krause Lehmann Köhler Müller
Mueller Dubois Durand Moreau Laurent Lefebvre Leroy Rousseau Bertrand Fournier Rossi Russo Ferrari Esposito Bianchi
Romano Colombo Ricci Marino Greco Silva Santos Oliveira Souza Pereira Costa Almeida Ferreira Fernandez Fernández
Gomez Gómez Diaz Díaz Moreno Romero Navarro Kowalski Nowak Wiśniewski Jensen Hansen Nielsen Olsen Larsen Andersson
Johansson Karlsson Lindqvist Svensson Ivanov Petrov Singh Sharma Gupta Kumar Khan Chen Wang Zhang Liu Yang Huang
Zhao Wu Zhou Tanaka Suzuki Sato Takahashi Watanabe Yamamoto Nakamura O'Brien O'Connor O'Neill Okafor
Acosta Adeyemi Aguilar Aguirre Ahmed Andrade Appiah Arellano Armstrong Arroyo Ashworth Atkinson Ayala Baldwin Banerjee
Barrera Barrett Barton Bauer Bautista Beasley Beltran Benítez Bhatt Bhatia Blackburn Blackwell Blanchard Blankenship
Boateng Bonilla Bouchard Bowen Boyd Boyle Bradshaw Brennan Briggs Burgess Burnett Burton Cabrera Calderon Calderón
Callahan Camacho Cardenas Cárdenas Carlson Carrillo Carroll Castaneda Castro Cervantes Chopra Choudhury Chowdhury
Christensen Clarke Clayton Cochran Conley Connolly Contreras Cooke Cordova Correa Cortez Cortés Costello Cunningham
Curran Daly Daniels Davenport Davidson Dawson Delacruz Delgado Desai Deshpande Deshmukh Dickerson Dixon Dominguez
Domínguez Donnelly Donovan Dougherty Doyle Drummond Duarte Duffy Duran Durán Dyer Eriksson Escobar Espinosa Espinoza
Estrada Faulkner Feinstein Fernandes Figueiredo Figueroa Fitzgerald Fitzpatrick Fleming Fletcher Flores Flynn Fonseca
Fontaine Frazier Friedman Fuentes Gallagher Gallego Gannon Garner Garza Gillespie Glover Goldberg Goldstein Gomes
Goodman Goodwin Grimes Griffin Griffith Guerra Guerrero Guzman Guzmán Haddad Halvorsen Hammond Hancock Hanson Hardin
Hargrove Harmon Harrington Hashimoto Hathaway Hawkins Hayashi Hayes Haynes Hendricks Hendrickson Henriksen Hensley
Herrera Hickey Hicks Higgins Hinojosa Hinton Hobbs Hodges Hoffman Hogan Holloway Holmes Hopkins Horton Hossain Howell
Hubbard Huerta Huffman Hurley Hussain Hutchinson Ibarra Iglesias Inoue Ishikawa Iyer Jacobs Jacobsen Jacobson Janssen
Jansen Jennings Johnston Joshi Juarez Juárez Kapoor Kaur Kavanagh Keane Kearney Keller Kelley Khanna Kimura Kinney
Kirkland Kobayashi Kovács Kramer Krishnan Kulkarni Lambert Lawson Leblanc Leclerc Lindgren Lindström Livingston
Lombardi Lowery Lozano Lucero Lynch Macdonald MacDonald Macias Mahoney Maldonado Malone Mancini Mariani Marquez
Márquez Martins Matsumoto McAllister McCabe McCall McCann McCarthy McClain McClure McConnell McCormick McCoy McDaniel
McDowell McFarland McGee McGrath McGuire McIntosh McIntyre McKay McKee McKenna McKenzie McKinney McLaughlin McLean
McMahon McMillan McNamara McNeil McPherson Medeiros Medina Mehta Mejia Mejía Mendes Méndez Mendez Mercado Meyers
Middleton Mishra Moeller Molina Monroe Montoya Morales Moran Moretti Morrison Morrow Mukherjee Mullen Muñoz Munoz
Murillo Nair Nakagawa Naidu Narayanan Nascimento Nkosi Nogueira Nolan Norris Novak Novák Nunes Núñez Nunez Nygaard
Ochoa O'Donnell O'Reilly O'Keefe O'Hara O'Sullivan O'Leary Ogawa Olsson Olson Orozco Ortega Osborne Osei Owusu Pacheco
Padilla Palmer Papadopoulos Parsons Pearce Pearson Pedersen Peña Pennington Peralta Perkins Petersen Petrova Pham
Pinto Pierce Popescu Powell Prescott Prieto Pruitt Qureshi Quintero Quiroga Ramsey Rao Rasmussen Reddy Reilly Reyes
Rhodes Richards Richardson Riley Rinaldi Rios Ríos Roberson Robertson Robles Rocha Rodrigues Rojas Rollins Rosales
Rosenberg Rosenthal Rowland Rubio Rutherford Saito Salas Salazar Sampson Sandoval Santana Sasaki Saunders Schäfer
Schmitt Schmitz Schreiber Schroeder Schultz Schuster Schwartz Sepulveda Serrano Sethi Shaffer Shah Shapiro Sheikh
Shelton Sheridan Shimizu Siddiqui Simpson Sinclair Skinner Smyth Snyder Soares Sorensen Soto Sousa Stafford Stanton
Steele Stephens Stephenson Stevenson Stewart Strickland Stokes Suarez Suárez Subramanian Sutherland Sutton Swanson
Tavares Thornton Thorpe Tiwari Tran Tremblay Trevino Trujillo Tucker Underwood Valdez Valenzuela Vargas Vaughn Vega
Velasquez Velázquez Velez Vélez Verma Vieira Villanueva Villarreal Vogel Vogt Volkov Walsh Walters Walton Watkins Webb
Weiss Welch Whitaker Whitehead Whitfield Wiggins Wilcox Wilkerson Wilkins Wilkinson Willis Wolfe Woodard Woodward
Yadav Yates Yamada Yilmaz Yıldırım Zamora Zavala Zhu Zieliński Zimmerman
"""
_NO_NAMES: Final = """
a about account accounting action address admin administration agent all an analysis and any api app application are
as at attention available back bank based before best board body book box building business by cache call care case
center central change chapter chart check city class clear clinic clinical close cloud code college colleague
college company complete conference config contact continue contract copy corp council country county court create
customer customers daily dashboard data database date day dear default delete department description design desk
detail details developer development digital director document documentation documents download each east editor
education email emergency employee engine engineering error event every everyone example family feature field file
first folder folks for form found foundation friday friend friends from full function general get global go good
government group guide guys has have head health hello help here hi high hiring home hospital host house how human
if image in inc index info information input insurance international internet into is issue issues it january
february march april may june july august september october november december job jobs key language last law lead
legal letter level library life limited line link list llc local login logo ltd madam mail main manager management
manual market marketing me medical medicine meeting member members menu message method mode model module monday
month more my name names nation national net network new next no none north not note notes notice null number object
of off office officer offline ok old on online only open operations option options or order other our out output
overview owner page parent park part partner partners password patient patients payment people person phone place
plan platform please point policy post prefix press price primary private problem process product production profile
program project projects properties protocol public query question questions readme recipient record records
recruiter reference regards region registered release report request research reset resource response result results
return review right river road role room root run sales sample saturday save school science script search section
security see select self send senior server service services session set settings shall she sir site size social
software solutions some south staff standard start state states status step store street string student students
subject summary sunday support system systems table task team teams technical technology template terms test tests
text thank thanks that the their them then there these they this those thursday time timeout title to today token
tool tools total town training transport true false tuesday type unit united university unknown update us use user
username users valid value values variable vendor version very view virtual visit was we web website wednesday week
welcome west what when where which while who why will window windows with without word words work worker workflow
workspace world would year yes yesterday you your abend alle allen an das dem den der des die ein eine einen einer
es herren damen für guten ich ihr im ist kunde kundin mit morgen nicht sie team und uns von vom wir zu zum zur à au
aux ce cette client cliente dans de du elle en est et il je la le les madame mais monsieur nous on ou par pas pour
que qui sa se son sur tous tout un une vous al amigo cliente clientes como con cual del el ella ellos equipo es esta
este la las los muy no nosotros para pero por que se señor señora señores si sin su todos un una usted y yo alla
anche che chi cui da del della di e gli il in lo ma mi nel non per più questo si sono suo un una voi a ao as com da
do dos e ela ele em esse eu mas meu minha na não no nos o os ou para por que se seu sua um uma você senhor senhora
gerente
assurance quality shift night guild squad committee council bureau agency authority ministry commission compliance
procurement logistics automation bot pipeline scheduler monitoring migration reception triage dispatch ops devops
infrastructure analytics insights intelligence delivery fulfilment fulfillment warehouse treasury audit fraud trust
moderation editorial newsroom studio studios books publishing publishers publications news journal magazine empire
kingdom republic church platz highway county ocean sea island islands peninsula mountains mountain desert canyon falls
armchair bookshelf dresser sofa lamp stool democrats republicans conservatives
chairman chairwoman chairperson speaker president chancellor secretary minister ambassador mayor governor senator
justice universe accounts payable receivable billing newsletter notifications alerts careers station airport award
awards prize stadium museum theatre theater cathedral stage boulevard avenue ober kanzler präsident vorsitzender
width height depth length speed weight volume capacity threshold duration distance frequency temperature pressure
retries attempts threads connections items entries rows columns lines pages bytes seconds minutes hours days requests
responses errors warnings failures successes tokens nodes edges layers epochs batches iterations samples margin
padding border opacity brightness contrast zoom down completed upload uploads spent scheme spam applications
applicants agreement agreements proposal proposals recipients writing scheduled sheet shed designer gallery supplies
craft crafts exhibition exhibits tequila vineyard vineyards chateau château spaniel terrier retriever shepherd
pinscher dachshund poodle hound
tomorrow nature tongue earth christmas
"""


def given_names() -> tuple[str, ...]:
    """Give common given names that are not at once common words or places."""
    return tuple(_GIVEN.split())


def family_names() -> tuple[str, ...]:
    """Give common family names that are not at once common words."""
    return tuple(_FAMILY.split())


def not_names() -> frozenset[str]:
    """Give words, in lower case, that begin with a capital beside a name and are none."""
    return frozenset(_NO_NAMES.split())
