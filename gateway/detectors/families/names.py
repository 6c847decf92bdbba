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
