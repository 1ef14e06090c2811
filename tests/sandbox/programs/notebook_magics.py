%matplotlib inline
!pip install numpy
print("hello")
